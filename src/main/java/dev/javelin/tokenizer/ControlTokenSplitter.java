package dev.javelin.tokenizer;

import dev.javelin.tokenizer.Vocabulary.AddedToken;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds control tokens in text: at the earliest place the longest one. Immutable. */
final class ControlTokenSplitter {
  /** A stretch of the text: a control token, or plain text from {@code start} to {@code end}. */
  sealed interface Piece {
    record Control(int id) implements Piece {}

    record Plain(int start, int end) implements Piece {}
  }

  private final Map<Character, List<AddedToken>> byFirstChar = new HashMap<>();

  ControlTokenSplitter(List<AddedToken> added) {
    for (AddedToken token : added) {
      if (token.control() && !token.content().isEmpty()) {
        byFirstChar.computeIfAbsent(token.content().charAt(0), c -> new ArrayList<>()).add(token);
      }
    }
    for (List<AddedToken> tokens : byFirstChar.values()) {
      tokens.sort((a, b) -> Integer.compare(b.content().length(), a.content().length()));
    }
  }

  /**
   * @param trusted the characters that may belong to a control token; null: all of them
   */
  List<Piece> split(String text, @Nullable BitSet trusted) {
    List<Piece> pieces = new ArrayList<>();
    int plainStart = 0;
    int at = 0;
    while (at < text.length()) {
      AddedToken token = match(text, at, trusted);
      if (token == null) {
        at++;
        continue;
      }
      int plainEnd = at;
      if (token.lstrip()) {
        while (plainEnd > plainStart && Character.isWhitespace(text.charAt(plainEnd - 1))) {
          plainEnd--;
        }
      }
      if (plainEnd > plainStart) {
        pieces.add(new Piece.Plain(plainStart, plainEnd));
      }
      pieces.add(new Piece.Control(token.id()));
      at += token.content().length();
      if (token.rstrip()) {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
          at++;
        }
      }
      plainStart = at;
    }
    if (plainStart < text.length()) {
      pieces.add(new Piece.Plain(plainStart, text.length()));
    }
    return pieces;
  }

  private @Nullable AddedToken match(String text, int at, @Nullable BitSet trusted) {
    List<AddedToken> candidates = byFirstChar.get(text.charAt(at));
    if (candidates == null) {
      return null;
    }
    for (AddedToken token : candidates) {
      if (text.startsWith(token.content(), at)
          && (trusted == null || trusted.nextClearBit(at) >= at + token.content().length())) {
        return token;
      }
    }
    return null;
  }
}
