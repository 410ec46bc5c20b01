package dev.javelin.engine.request;

import static dev.javelin.engine.request.Ranges.require;

/**
 * Which of the likeliest tokens stay in play.
 *
 * @param topK most candidates; 0 or -1: all
 * @param topP smallest set with this probability; (0, 1] (Holtzman et al., 2019, arXiv:1904.09751)
 * @param minP least probability relative to the best; [0, 1) (Nguyen et al., 2024,
 *     arXiv:2407.01082)
 * @param typicalP smallest set with this probability of the tokens whose surprise is nearest to the
 *     expected one; (0, 1] (Meister et al., 2022, arXiv:2202.00666)
 * @param topNSigma logits within this many standard deviations of the largest; 0 or -1: all (Tang
 *     et al., 2024, arXiv:2411.07641)
 * @param epsilonCutoff least probability; [0, 1) (Hewitt et al., 2022, arXiv:2210.15191)
 */
public record Truncation(
    int topK,
    float topP,
    float minP,
    float typicalP,
    float topNSigma,
    float epsilonCutoff,
    Xtc xtc) {
  public static final Truncation NONE = new Truncation(0, 1f, 0f, 1f, 0f, 0f, Xtc.NONE);

  /**
   * Excludes top choices: with some probability, of all tokens above a threshold only the least
   * likely stays (<a href="https://github.com/oobabooga/text-generation-webui/pull/6335">XTC</a>).
   *
   * @param probability how often; [0, 1]
   * @param threshold [0, 1]; above 0.5 no two tokens can be above it
   */
  public record Xtc(float probability, float threshold) {
    public static final Xtc NONE = new Xtc(0f, 0.1f);

    public Xtc {
      require(
          probability >= 0f && probability <= 1f, "xtc_probability", probability, "from 0 to 1");
      require(threshold >= 0f && threshold <= 1f, "xtc_threshold", threshold, "from 0 to 1");
    }
  }

  public Truncation {
    require(topK >= -1, "top_k", topK, "-1 or 0 for all, or a positive number");
    require(topP > 0f && topP <= 1f, "top_p", topP, "above 0 and at most 1");
    require(minP >= 0f && minP < 1f, "min_p", minP, "at least 0 and below 1");
    require(typicalP > 0f && typicalP <= 1f, "typical_p", typicalP, "above 0 and at most 1");
    require(
        topNSigma == -1f || (topNSigma >= 0f && topNSigma <= 100f),
        "top_n_sigma",
        topNSigma,
        "-1 or 0 for all, or at most 100");
    require(
        epsilonCutoff >= 0f && epsilonCutoff < 1f,
        "epsilon_cutoff",
        epsilonCutoff,
        "at least 0 and below 1");
  }
}
