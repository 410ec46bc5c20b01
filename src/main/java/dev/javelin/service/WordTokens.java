package dev.javelin.service;

import dev.javelin.engine.request.Dry;
import dev.javelin.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The words of a request as the tokens that sampling knows. */
final class WordTokens {
  private static final List<String> USUAL_BREAKERS = List.of("\n", ":", "\"", "*");

  private WordTokens() {}

  /**
   * Each word as it is written at the start of a text and, where that is one more way, after a
   * space.
   */
  static List<List<Integer>> badWords(Tokenizer tokenizer, List<String> words) {
    List<List<Integer>> out = new ArrayList<>();
    for (String word : words) {
      List<Integer> plain = encode(tokenizer, word.stripLeading());
      List<Integer> spaced = encode(tokenizer, " " + word.stripLeading());
      if (!plain.isEmpty()) {
        out.add(plain);
      }
      if (!spaced.isEmpty() && spaced.size() == plain.size() && !spaced.equals(plain)) {
        out.add(spaced);
      }
    }
    return out;
  }

  /** With the tokens that hold a breaker, and the breakers that are several tokens. */
  static Dry dry(Tokenizer tokenizer, SamplingOverrides given) {
    Float multiplier = given.dryMultiplier();
    if (multiplier == null || multiplier == 0f) {
      return Dry.NONE;
    }
    List<String> words = given.drySequenceBreakers();
    List<String> breakers = words == null ? USUAL_BREAKERS : words;
    BitSet tokens = new BitSet();
    List<byte[]> texts =
        breakers.stream().map(text -> text.getBytes(StandardCharsets.UTF_8)).toList();
    for (int id = 0; id < tokenizer.vocabSize(); id++) {
      byte[] token = tokenizer.tokenBytes(id);
      for (byte[] text : texts) {
        if (contains(token, text)) {
          tokens.set(id);
          break;
        }
      }
    }
    List<int[]> sequences = new ArrayList<>();
    for (String breaker : breakers) {
      int[] ids = tokenizer.encode(breaker, false, false);
      if (ids.length > 1) {
        sequences.add(ids);
      }
    }
    return new Dry(
        multiplier,
        or(given.dryBase(), Dry.NONE.base()),
        or(given.dryAllowedLength(), Dry.NONE.allowedLength()),
        or(given.dryPenaltyLastN(), Dry.NONE.lastN()),
        tokens,
        sequences);
  }

  private static boolean contains(byte[] token, byte[] text) {
    for (int at = 0; at + text.length <= token.length; at++) {
      if (Arrays.equals(token, at, at + text.length, text, 0, text.length)) {
        return true;
      }
    }
    return false;
  }

  private static List<Integer> encode(Tokenizer tokenizer, String text) {
    return Arrays.stream(tokenizer.encode(text, false, false)).boxed().toList();
  }

  private static <T> T or(@Nullable T given, T otherwise) {
    return given == null ? otherwise : given;
  }
}
