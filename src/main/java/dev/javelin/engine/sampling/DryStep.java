package dev.javelin.engine.sampling;

import dev.javelin.engine.request.Dry;
import java.util.Arrays;

/**
 * Makes a token that would go on with a repetition less likely, the more so the longer it is. The
 * lengths come from the Z function of the tokens read backwards (Gusfield, 1997,
 * doi:10.1017/CBO9780511574931), in time linear in the tokens looked back on.
 */
final class DryStep implements LogitsStep {
  /** Powers beyond it would overflow a float's sum with a logit. */
  private static final double MOST = 1e30;

  private final Dry dry;
  private final int[][] breakerSequences;
  private final History history;
  private int[] lengths = new int[64];

  /** [numRepeats] tokens that would go on with a repetition, and the longest such. */
  private int[] repeats = new int[16];

  private int[] longest = new int[16];
  private int numRepeats;

  DryStep(Dry dry, History history) {
    this.dry = dry;
    breakerSequences = dry.breakerSequences().toArray(int[][]::new);
    this.history = history;
  }

  @Override
  public void apply(float[] logits, int offset) {
    int window = dry.lastN() < 0 ? history.size() : Math.min(dry.lastN(), history.size());
    int limit = untilBreaker(window);
    if (limit < dry.allowedLength()) {
      return;
    }
    findRepeats(window, limit);
    for (int i = 0; i < numRepeats; i++) {
      double power = Math.pow(dry.base(), longest[i] - dry.allowedLength());
      logits[offset + repeats[i]] -= (float) Math.min(dry.multiplier() * power, MOST);
    }
  }

  /** Tokens after the newest breaker. */
  private int untilBreaker(int window) {
    for (int back = 0; back < window; back++) {
      if (dry.breakers().get(history.back(back))) {
        return back;
      }
      for (int[] sequence : breakerSequences) {
        if (history.endsWith(sequence, sequence.length, back)) {
          return back;
        }
      }
    }
    return window;
  }

  /**
   * lengths[i]: how many tokens before the newest's end equal those before the end i tokens back.
   */
  private void findRepeats(int window, int limit) {
    if (lengths.length < window) {
      lengths = Arrays.copyOf(lengths, Math.max(window, lengths.length * 2));
    }
    numRepeats = 0;
    int left = 0;
    int right = 0;
    for (int i = 1; i < window; i++) {
      int length = i < right ? Math.min(right - i, lengths[i - left]) : 0;
      while (i + length < window && history.back(length) == history.back(i + length)) {
        length++;
      }
      if (i + length > right) {
        left = i;
        right = i + length;
      }
      lengths[i] = length;
      int repeated = Math.min(length, limit);
      if (repeated >= dry.allowedLength()) {
        note(history.back(i - 1), repeated);
      }
    }
  }

  private void note(int token, int length) {
    if (dry.breakers().get(token)) {
      return;
    }
    for (int i = 0; i < numRepeats; i++) {
      if (repeats[i] == token) {
        longest[i] = Math.max(longest[i], length);
        return;
      }
    }
    if (numRepeats == repeats.length) {
      repeats = Arrays.copyOf(repeats, numRepeats * 2);
      longest = Arrays.copyOf(longest, numRepeats * 2);
    }
    repeats[numRepeats] = token;
    longest[numRepeats++] = length;
  }
}
