package dev.javelin.engine.sampling;

import dev.javelin.engine.request.Penalties;
import java.util.Arrays;
import java.util.BitSet;

/**
 * Makes tokens that were there before less likely, once for each distinct token: repetition over
 * prompt and answer, then frequency and presence over the answer.
 */
final class PenaltiesStep implements LogitsStep {
  private final Penalties penalties;
  private final BitSet seen = new BitSet();

  /** [numDistinct] tokens of the answer and how often each is in it. */
  private int[] distinct = new int[16];

  private int[] counts = new int[16];
  private int numDistinct;

  PenaltiesStep(Penalties penalties, History history) {
    this.penalties = penalties;
    for (int back = 0; back < history.size(); back++) {
      seen.set(history.back(back));
    }
  }

  static boolean needed(Penalties penalties) {
    return penalties.repetition() != 1f
        || penalties.frequency() != 0f
        || penalties.presence() != 0f;
  }

  @Override
  public void apply(float[] logits, int offset) {
    float repetition = penalties.repetition();
    if (repetition != 1f) {
      for (int id = seen.nextSetBit(0); id >= 0; id = seen.nextSetBit(id + 1)) {
        float logit = logits[offset + id];
        logits[offset + id] = logit > 0 ? logit / repetition : logit * repetition;
      }
    }
    for (int i = 0; i < numDistinct; i++) {
      logits[offset + distinct[i]] -= penalties.frequency() * counts[i] + penalties.presence();
    }
  }

  @Override
  public void accept(int token) {
    seen.set(token);
    for (int i = 0; i < numDistinct; i++) {
      if (distinct[i] == token) {
        counts[i]++;
        return;
      }
    }
    if (numDistinct == distinct.length) {
      distinct = Arrays.copyOf(distinct, numDistinct * 2);
      counts = Arrays.copyOf(counts, numDistinct * 2);
    }
    distinct[numDistinct] = token;
    counts[numDistinct++] = 1;
  }
}
