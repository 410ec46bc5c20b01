package dev.javelin.engine.beam;

import dev.javelin.engine.request.FinishReason;

/**
 * An answer that goes on no further.
 *
 * @param beam its tokens, without an end token
 * @param score with the end token's logprob
 * @param completionTokens chosen tokens: those of the beam and an end token
 */
record Hypothesis(Beam beam, double score, FinishReason reason, int completionTokens) {}
