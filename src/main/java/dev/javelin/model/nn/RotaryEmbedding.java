package dev.javelin.model.nn;

import dev.javelin.backend.RopeSpec;
import dev.javelin.model.ConfigValues;
import dev.javelin.model.ModelConfig;
import dev.javelin.model.UnsupportedModelException;
import org.jspecify.annotations.Nullable;

/**
 * Rotary frequencies of a model (Su et al., 2021, arXiv:2104.09864) under each {@link RopeScaling}.
 */
public final class RotaryEmbedding {
  private RotaryEmbedding() {}

  /**
   * @param frequencyFactors [headDim / 2] divisors of the inverse frequencies, as GGUF stores Llama
   *     3's scaling in {@code rope_freqs.weight}; null if the checkpoint has none
   * @throws UnsupportedModelException for settings no builder here knows, or factors of another
   *     length
   */
  public static RopeSpec spec(ModelConfig config, float @Nullable [] frequencyFactors) {
    ConfigValues values = config.values();
    ConfigValues rope = config.ropeValues();
    double partial =
        rope.number("partial_rotary_factor", 0, 1, values.number("partial_rotary_factor", 0, 1, 1));
    if (partial != 1) {
      throw values.refused("partial_rotary_factor", partial, "1 for this architecture");
    }
    int dim = config.headDim();
    double theta = theta(config);
    double[] base = inverseFrequencies(theta, dim);
    RopeScaling scaling = RopeScaling.from(config);
    if (frequencyFactors != null) {
      if (frequencyFactors.length != base.length || !(scaling instanceof RopeScaling.None)) {
        throw new UnsupportedModelException(
            "tensor 'rope_freqs.weight' has shape [%d] with %s; expected [%d] without scaling"
                .formatted(frequencyFactors.length, scaling, base.length));
      }
      for (int i = 0; i < base.length; i++) {
        base[i] /= frequencyFactors[i];
      }
    }
    return switch (scaling) {
      case RopeScaling.None() -> fixed(config, base, 1);
      case RopeScaling.Linear(double factor) -> fixed(config, linear(base, factor), 1);
      case RopeScaling.Llama3 llama3 -> fixed(config, llama3(base, llama3), 1);
      case RopeScaling.Yarn yarn ->
          fixed(config, yarn(base, theta, dim, yarn), yarn.attentionFactor());
      case RopeScaling.DynamicNtk dynamic ->
          spec(config, 1, new DynamicFrequencies(theta, dim, dynamic));
    };
  }

  /** The base of the geometric series of frequencies. */
  public static double theta(ModelConfig config) {
    return config
        .ropeValues()
        .number("rope_theta", 1, 1e15, config.values().number("rope_theta", 1, 1e15, 10_000));
  }

  private static RopeSpec fixed(ModelConfig config, double[] frequencies, double attentionFactor) {
    return spec(config, attentionFactor, _ -> frequencies);
  }

  private static RopeSpec spec(
      ModelConfig config, double attentionFactor, RopeSpec.Frequencies frequencies) {
    return new RopeSpec(
        config.headDim(),
        RopeSpec.Layout.HALVES,
        config.contextLength(),
        (float) attentionFactor,
        frequencies);
  }

  private static double[] inverseFrequencies(double theta, int dim) {
    double[] frequencies = new double[dim / 2];
    for (int i = 0; i < frequencies.length; i++) {
      frequencies[i] = Math.pow(theta, -2.0 * i / dim);
    }
    return frequencies;
  }

  private static double[] linear(double[] base, double factor) {
    double[] scaled = new double[base.length];
    for (int i = 0; i < base.length; i++) {
      scaled[i] = base[i] / factor;
    }
    return scaled;
  }

  private static double[] llama3(double[] base, RopeScaling.Llama3 scaling) {
    double low = scaling.lowFreqFactor();
    double high = scaling.highFreqFactor();
    double[] scaled = new double[base.length];
    for (int i = 0; i < base.length; i++) {
      double turns = scaling.original() * base[i] / (2 * Math.PI);
      // the order matters where low equals high: no frequency may divide by their difference
      if (turns < low) {
        scaled[i] = base[i] / scaling.factor();
      } else if (turns > high || high == low) {
        scaled[i] = base[i];
      } else {
        double smooth = (turns - low) / (high - low);
        scaled[i] = (1 - smooth) * base[i] / scaling.factor() + smooth * base[i];
      }
    }
    return scaled;
  }

  private static double[] yarn(double[] base, double theta, int dim, RopeScaling.Yarn scaling) {
    double low = dimensionOfTurns(scaling.betaFast(), scaling.original(), theta, dim);
    double high = dimensionOfTurns(scaling.betaSlow(), scaling.original(), theta, dim);
    if (scaling.truncate()) {
      low = Math.floor(low);
      high = Math.ceil(high);
    }
    low = Math.max(low, 0);
    high = Math.min(high, dim - 1);
    double range = high == low ? 0.001 : high - low;
    double[] scaled = new double[base.length];
    for (int i = 0; i < base.length; i++) {
      double interpolated = Math.clamp((i - low) / range, 0.0, 1.0);
      scaled[i] = base[i] * (1 - interpolated) + base[i] / scaling.factor() * interpolated;
    }
    return scaled;
  }

  /** The dimension whose pair makes {@code turns} full turns over {@code original} positions. */
  private static double dimensionOfTurns(double turns, int original, double theta, int dim) {
    return dim * Math.log(original / (turns * 2 * Math.PI)) / (2 * Math.log(theta));
  }

  private record DynamicFrequencies(double theta, int dim, RopeScaling.DynamicNtk scaling)
      implements RopeSpec.Frequencies {
    @Override
    public int variant(int length) {
      return length > scaling.original() ? length : 0;
    }

    @Override
    public double[] forLength(int length) {
      double stretch = (double) Math.max(length, scaling.original()) / scaling.original();
      double grown = scaling.factor() * stretch - (scaling.factor() - 1);
      return inverseFrequencies(theta * Math.pow(grown, dim / (dim - 2.0)), dim);
    }
  }
}
