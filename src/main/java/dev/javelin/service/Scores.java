package dev.javelin.service;

import dev.javelin.engine.request.SamplingParams;

/**
 * Which logprobs a call wants: how many of the likeliest tokens to name beside each, or {@link
 * #NO}.
 *
 * @param answer beside the tokens of the answers
 * @param prompt beside those of the prompts
 */
public record Scores(int answer, int prompt) {
  public static final int NO = SamplingParams.NO_LOGPROBS;
  public static final Scores NONE = new Scores(NO, NO);
}
