package dev.javelin.engine.sampling;

import dev.javelin.engine.request.Mirostat;
import dev.javelin.engine.request.TokenLogprobs;
import dev.javelin.engine.request.Truncation;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the next token of a sequence: the {@link LogitsSteps}, temperature, then the truncations
 * top-n-sigma, min-p, top-k, typical-p, top-p, epsilon and XTC, or Mirostat 2 in their place, and a
 * draw. The order is vLLM's where it has the step and llama.cpp's otherwise; docs/sampling.md says
 * more. Tokens that tie with the k-th are all kept; elsewhere the lower id goes first. Engine
 * thread only.
 */
public final class Sampler {
  /** What {@link #sample} returns for logits that hold no finite maximum or a NaN. */
  public static final int INVALID_LOGITS = -2;

  /** What {@link #sample} returns where the steps leave no token to choose. */
  public static final int NOTHING_ALLOWED = -3;

  private final int vocabSize;
  private final Candidates candidates;
  private final LargestLogits largest = new LargestLogits();
  private final RawDistribution raw;

  public Sampler(int vocabSize) {
    this.vocabSize = vocabSize;
    candidates = new Candidates(vocabSize);
    raw = new RawDistribution(vocabSize);
  }

  /** What a sampler keeps of the heap. */
  public static long bytes(int vocabSize) {
    return Candidates.bytes(vocabSize) + (long) Float.BYTES * vocabSize;
  }

  /**
   * Samples one token and counts it in {@code state}.
   *
   * @param logits changed in {@code [offset, offset + vocabSize)}
   * @return a token id, {@link #INVALID_LOGITS} or {@link #NOTHING_ALLOWED}
   */
  public int sample(float[] logits, int offset, SamplerState state) {
    if (state.params.logprobs() >= 0 && !readRaw(logits, offset)) {
      return INVALID_LOGITS;
    }
    int forced = state.forced();
    if (forced >= 0) {
      // Nothing to choose, but logits that are not numbers must still be told.
      return argmax(logits, offset) == INVALID_LOGITS ? INVALID_LOGITS : state.takeForced(forced);
    }
    adjust(logits, offset, state);
    if (state.params.allowedOnly() && state.params.logprobs() >= 0) {
      raw.keep(logits, offset);
    }
    int best = argmax(logits, offset);
    if (best == INVALID_LOGITS) {
      return state.logitsSteps.length > 0 && allMasked(logits, offset)
          ? NOTHING_ALLOWED
          : INVALID_LOGITS;
    }
    int token = state.params.greedy() ? best : draw(logits, offset, best, state);
    state.append(token);
    return token;
  }

  /** How likely the token was that the last {@link #sample} gave; null unless asked for. */
  public @Nullable TokenLogprobs logprobs(int token, SamplerState state) {
    int top = state.params.logprobs();
    return top < 0 ? null : raw.of(token, top);
  }

  /**
   * How likely a token of the prompt was.
   *
   * @param logits of the position before it, not changed
   * @return null for logits that hold no finite maximum or a NaN
   */
  public @Nullable TokenLogprobs score(float[] logits, int offset, int token, int top) {
    return readRaw(logits, offset) ? raw.of(token, top) : null;
  }

  private boolean readRaw(float[] logits, int offset) {
    int best = argmax(logits, offset);
    if (best == INVALID_LOGITS) {
      return false;
    }
    raw.read(logits, offset, logits[offset + best]);
    return true;
  }

  /** Runs the steps that change logits, in place. */
  void adjust(float[] logits, int offset, SamplerState state) {
    for (LogitsStep step : state.logitsSteps) {
      step.apply(logits, offset);
    }
  }

  /** Lowest id of the largest logit. */
  int argmax(float[] logits, int offset) {
    int best = INVALID_LOGITS;
    float max = Float.NEGATIVE_INFINITY;
    for (int id = 0; id < vocabSize; id++) {
      float logit = logits[offset + id];
      if (Float.isNaN(logit)) {
        return INVALID_LOGITS;
      }
      if (logit > max) {
        max = logit;
        best = id;
      }
    }
    return max == Float.POSITIVE_INFINITY ? INVALID_LOGITS : best;
  }

  private boolean allMasked(float[] logits, int offset) {
    for (int id = 0; id < vocabSize; id++) {
      if (logits[offset + id] != Float.NEGATIVE_INFINITY) {
        return false;
      }
    }
    return true;
  }

  private int draw(float[] logits, int offset, int best, SamplerState state) {
    int drawn =
        survivors(logits, offset, best, state).draw(state.draws.token(state.history.numOutput()));
    Mirostat mirostat = state.params.mirostat();
    if (mirostat != null) {
      double error = candidates.surprise(drawn) - mirostat.tau();
      state.mirostatMu -= mirostat.eta() * error;
    }
    return candidates.id(drawn);
  }

  Candidates survivors(float[] logits, int offset, int best, SamplerState state) {
    float max = logits[offset + best];
    float temperature = state.params.temperature();
    Truncation truncation = state.params.truncation();
    if (state.params.mirostat() != null) {
      candidates.fill(logits, offset, vocabSize, max, temperature, -Float.MAX_VALUE);
      candidates.keepSurprise(state.mirostatMu);
      return candidates;
    }
    float least = leastLogit(logits, offset, max, temperature, truncation);
    candidates.fill(logits, offset, vocabSize, max, temperature, least);
    if (truncation.minP() > 0f) {
      candidates.keepMinP(truncation.minP());
    }
    if (truncation.typicalP() < 1f) {
      candidates.keepTypical(truncation.typicalP());
    }
    if (truncation.topP() < 1f) {
      candidates.keepTopP(truncation.topP());
    }
    if (truncation.epsilonCutoff() > 0f) {
      candidates.keepEpsilon(truncation.epsilonCutoff());
    }
    Truncation.Xtc xtc = truncation.xtc();
    if (xtc.probability() > 0f
        && state.draws.exclusion(state.history.numOutput()) < xtc.probability()) {
      candidates.excludeTop(xtc.threshold());
    }
    return candidates;
  }

  /**
   * Top-n-sigma, min-p and top-k all keep the logits above some value, so the order among them is
   * of no account: the largest such value holds for all, and nothing below it costs an exponential.
   * For min-p it is a little too low, as the weights decide.
   */
  private float leastLogit(
      float[] logits, int offset, float max, float temperature, Truncation truncation) {
    float least = -Float.MAX_VALUE;
    if (truncation.topNSigma() > 0f) {
      double sigma = deviation(logits, offset, max);
      least = Math.max(least, (float) (max - truncation.topNSigma() * sigma));
    }
    if (truncation.minP() > 0f) {
      double lowest = max + temperature * (Math.log(truncation.minP()) - 1e-3);
      least = Math.max(least, (float) lowest);
    }
    int k = truncation.topK();
    if (k > 0 && k < vocabSize) {
      largest.find(logits, offset, vocabSize, k);
      least = Math.max(least, largest.least());
    }
    return least;
  }

  /** Standard deviation of the logits that are not masked. */
  private double deviation(float[] logits, int offset, float max) {
    double sum = 0;
    double squares = 0;
    int n = 0;
    for (int id = 0; id < vocabSize; id++) {
      float logit = logits[offset + id];
      if (logit != Float.NEGATIVE_INFINITY) {
        double distance = (double) logit - max;
        sum += distance;
        squares += distance * distance;
        n++;
      }
    }
    double mean = sum / n;
    return Math.sqrt(Math.max(0, squares / n - mean * mean));
  }
}
