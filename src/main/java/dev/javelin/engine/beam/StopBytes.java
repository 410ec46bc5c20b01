package dev.javelin.engine.beam;

import dev.javelin.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Finds stop strings by the bytes of tokens, so that no answer's whole text is made each step. */
final class StopBytes {
  private final Tokenizer tokenizer;
  private final List<byte[]> stops;
  private final int longest;
  private final int minTokens;
  private final boolean skipSpecialTokens;

  /**
   * @param minTokens of an answer in which no stop string is looked for
   * @param skipSpecialTokens whether control tokens are no part of the text
   */
  StopBytes(Tokenizer tokenizer, List<String> stops, int minTokens, boolean skipSpecialTokens) {
    this.tokenizer = tokenizer;
    this.stops = stops.stream().map(stop -> stop.getBytes(StandardCharsets.UTF_8)).toList();
    longest = this.stops.stream().mapToInt(stop -> stop.length).max().orElse(0);
    this.minTokens = minTokens;
    this.skipSpecialTokens = skipSpecialTokens;
  }

  /** Whether the last token of an answer, which had no stop string before, completes one. */
  boolean completedBy(Beam answer) {
    if (stops.isEmpty() || answer.length() <= minTokens) {
      return false;
    }
    byte[] last = bytes(answer);
    byte[] end = new byte[longest - 1 + last.length];
    int from = end.length - last.length;
    System.arraycopy(last, 0, end, from, last.length);
    Beam beam = answer.before();
    while (from > 0 && beam != null && beam.length() > minTokens) {
      byte[] own = bytes(beam);
      int taken = Math.min(own.length, from);
      from -= taken;
      System.arraycopy(own, own.length - taken, end, from, taken);
      beam = beam.before();
    }
    return contains(end, from);
  }

  private byte[] bytes(Beam answer) {
    if (answer.last() == null) {
      return new byte[0];
    }
    int token = answer.last().tokenId();
    return skipSpecialTokens && tokenizer.isSpecial(token)
        ? new byte[0]
        : tokenizer.tokenBytes(token);
  }

  private boolean contains(byte[] text, int from) {
    for (byte[] stop : stops) {
      for (int at = from; at + stop.length <= text.length; at++) {
        int same = 0;
        while (same < stop.length && text[at + same] == stop[same]) {
          same++;
        }
        if (same == stop.length) {
          return true;
        }
      }
    }
    return false;
  }
}
