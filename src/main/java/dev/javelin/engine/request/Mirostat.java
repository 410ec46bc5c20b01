package dev.javelin.engine.request;

import static dev.javelin.engine.request.Ranges.require;

/**
 * Mirostat 2: truncates so that the surprise of an answer stays near a target; takes the place of
 * every other {@link Truncation} (Basu et al., 2020, arXiv:2007.14966).
 *
 * @param tau target surprise in bits; (0, 100]
 * @param eta how fast it is approached; (0, 1]
 */
public record Mirostat(float tau, float eta) {
  /** Where only the method is chosen. */
  public static final Mirostat DEFAULT = new Mirostat(5f, 0.1f);

  public Mirostat {
    require(tau > 0f && tau <= 100f, "mirostat_tau", tau, "above 0 and at most 100");
    require(eta > 0f && eta <= 1f, "mirostat_eta", eta, "above 0 and at most 1");
  }
}
