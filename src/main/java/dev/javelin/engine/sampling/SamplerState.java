package dev.javelin.engine.sampling;

import dev.javelin.engine.request.SamplingParams;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * What sampling remembers of one sequence: its parameters, its own random stream and the tokens so
 * far. A sequence thus gets the same tokens whatever runs beside it.
 */
public final class SamplerState {
  final SamplingParams params;
  final SplittableRandom random;
  final int[] endTokenIds;
  final int[] biasedIds;
  final float[] biases;
  final boolean penalized;

  /** Tokens of prompt and answer; filled only where a penalty needs them. */
  final BitSet seen = new BitSet();

  /** [numDistinct] tokens of the answer and how often each is in it. */
  int[] distinct = new int[16];

  int[] counts = new int[16];
  int numDistinct;
  int numOutput;

  /**
   * @param promptTokenIds what the repetition penalty counts beside the answer
   * @param endTokenIds masked until {@code minTokens} are sampled
   */
  public SamplerState(SamplingParams params, int[] promptTokenIds, int[] endTokenIds) {
    this.params = params;
    this.endTokenIds = endTokenIds;
    random =
        params.seed().isPresent()
            ? new SplittableRandom(params.seed().getAsLong())
            : new SplittableRandom();
    biasedIds = new int[params.logitBias().size()];
    biases = new float[biasedIds.length];
    int n = 0;
    for (Map.Entry<Integer, Float> bias : params.logitBias().entrySet()) {
      biasedIds[n] = bias.getKey();
      biases[n++] = bias.getValue();
    }
    penalized =
        params.repetitionPenalty() != 1f
            || params.frequencyPenalty() != 0f
            || params.presencePenalty() != 0f;
    if (penalized) {
      for (int token : promptTokenIds) {
        seen.set(token);
      }
    }
  }

  /** Whether the largest logit, as the model gave it, is the next token. */
  public boolean takesTheBest() {
    return params.greedy()
        && biasedIds.length == 0
        && !penalized
        && numOutput >= params.minTokens();
  }

  /**
   * Counts the index of the largest logit as the next token.
   *
   * @return the token, {@link Sampler#INVALID_LOGITS} if there was none
   */
  public int take(int best) {
    if (best < 0) {
      return Sampler.INVALID_LOGITS;
    }
    append(best);
    return best;
  }

  /** Counts a token of the answer. */
  void append(int token) {
    numOutput++;
    if (!penalized) {
      return;
    }
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
