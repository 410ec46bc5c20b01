package dev.javelin.engine.request;

import static dev.javelin.engine.request.Ranges.require;

/**
 * Which of the likeliest tokens stay in play.
 *
 * @param topK most candidates; 0 or -1: all
 * @param topP smallest set with this probability; (0, 1] (Holtzman et al., 2019, arXiv:1904.09751)
 * @param minP least probability relative to the best; [0, 1) (Nguyen et al., 2024,
 *     arXiv:2407.01082)
 */
public record Truncation(int topK, float topP, float minP) {
  public static final Truncation NONE = new Truncation(0, 1f, 0f);

  public Truncation {
    require(topK >= -1, "top_k", topK, "-1 or 0 for all, or a positive number");
    require(topP > 0f && topP <= 1f, "top_p", topP, "above 0 and at most 1");
    require(minP >= 0f && minP < 1f, "min_p", minP, "at least 0 and below 1");
  }
}
