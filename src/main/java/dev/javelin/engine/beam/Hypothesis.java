package dev.javelin.engine.beam;

import dev.javelin.engine.request.FinishReason;

/**
 * An answer that goes on no further.
 *
 * @param beam its tokens, without the end token
 * @param score with the end token's logprob
 */
record Hypothesis(Beam beam, double score, FinishReason reason) {
  /** Sampled tokens: those of the text and the one that ended it. */
  int completionTokens() {
    return beam.length() + (reason == FinishReason.STOP ? 1 : 0);
  }
}
