package dev.javelin.engine.request;

/**
 * How likely one token was to the model: in its own distribution, before temperature, penalties,
 * masks and filters. The arrays are not copied and must not be changed.
 *
 * @param logprob natural logarithm of the token's probability
 * @param rank tokens at least as likely as it, itself included: 1 for the likeliest
 * @param topTokenIds [n] the likeliest tokens, the best first, as many as were asked for
 * @param topLogprobs [n]
 */
public record TokenLogprobs(
    int tokenId, float logprob, int rank, int[] topTokenIds, float[] topLogprobs) {}
