package dev.javelin.service;

import dev.javelin.engine.request.Dry;
import dev.javelin.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The words of a call as the tokens that sampling knows. */
final class WordTokens {
  private static final List<String> USUAL_BREAKERS = List.of("\n", ":", "\"", "*");

  private WordTokens() {}

  /**
   * Each word as it is written at the start of a text and, where that is one more way, after a
   * space.
   */
  static List<List<Integer>> badWords(Tokenizer tokenizer, @Nullable List<String> words) {
    List<List<Integer>> out = new ArrayList<>();
    for (String word : words == null ? List.<String>of() : words) {
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

  /**
   * Gives DRY its breakers: the tokens that hold one, and those that are several tokens.
   *
   * @param breakers null: the usual ones
   */
  static Dry withBreakers(Tokenizer tokenizer, Dry dry, @Nullable List<String> breakers) {
    if (!dry.active()) {
      return dry;
    }
    List<String> words = breakers == null ? USUAL_BREAKERS : breakers;
    return new Dry(
        dry.multiplier(),
        dry.base(),
        dry.allowedLength(),
        dry.lastN(),
        holders(tokenizer, words),
        words.stream()
            .map(word -> tokenizer.encode(word, false, false))
            .filter(ids -> ids.length > 1)
            .toList());
  }

  private static BitSet holders(Tokenizer tokenizer, List<String> words) {
    List<byte[]> texts = words.stream().map(word -> word.getBytes(StandardCharsets.UTF_8)).toList();
    BitSet tokens = new BitSet();
    for (int id = 0; id < tokenizer.vocabSize(); id++) {
      byte[] token = tokenizer.tokenBytes(id);
      for (byte[] text : texts) {
        if (contains(token, text)) {
          tokens.set(id);
          break;
        }
      }
    }
    return tokens;
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
}
