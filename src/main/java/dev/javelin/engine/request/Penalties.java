package dev.javelin.engine.request;

import static dev.javelin.engine.request.Ranges.require;

/**
 * What makes a token that was there before less likely to come again.
 *
 * @param repetition over prompt and answer; (0, 100]; 1: none (Keskar et al., 2019,
 *     arXiv:1909.05858)
 * @param frequency per occurrence in the answer; [-2, 2]
 * @param presence once a token is in the answer; [-2, 2]
 */
public record Penalties(float repetition, float frequency, float presence, Dry dry) {
  public static final Penalties NONE = new Penalties(1f, 0f, 0f, Dry.NONE);

  public Penalties {
    require(
        repetition > 0f && repetition <= 100f,
        "repetition_penalty",
        repetition,
        "above 0 and at most 100");
    require(frequency >= -2f && frequency <= 2f, "frequency_penalty", frequency, "from -2 to 2");
    require(presence >= -2f && presence <= 2f, "presence_penalty", presence, "from -2 to 2");
  }
}
