package dev.javelin.engine.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.engine.SamplingBuilder;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SamplerTests {
  private static final float INF = Float.POSITIVE_INFINITY;
  private final SamplingBuilder params = new SamplingBuilder();

  private SamplerState state(int... endTokenIds) {
    return new SamplerState(params.build(), new int[] {1}, endTokenIds);
  }

  private static int sample(SamplerState state, float... logits) {
    return new Sampler(logits.length).sample(logits, 0, state);
  }

  @Test
  void greedyTakesTheLowestIdOfATie() {
    assertThat(sample(state(), 1f, 3f, 3f, 2f)).isEqualTo(1);
  }

  @Test
  void logitsWithoutAChoiceAreInvalid() {
    assertThat(sample(state(), 1f, Float.NaN, 3f)).isEqualTo(Sampler.INVALID_LOGITS);
    assertThat(sample(state(), -INF, -INF)).isEqualTo(Sampler.INVALID_LOGITS);
    assertThat(sample(state(), 1f, INF)).isEqualTo(Sampler.INVALID_LOGITS);
  }

  @Test
  void endTokensAreMaskedUntilMinTokens() {
    params.minTokens = 2;
    SamplerState state = state(2);
    assertThat(sample(state, 0f, 1f, 5f)).isEqualTo(1);
    assertThat(sample(state, 0f, 1f, 5f)).isEqualTo(1);
    assertThat(sample(state, 0f, 1f, 5f)).isEqualTo(2);
  }

  @Test
  void biasMovesTheChoice() {
    params.logitBias = Map.of(0, 10f);
    assertThat(sample(state(), 0f, 1f, 5f)).isEqualTo(0);
  }

  @Test
  void aSeedRepeatsItsTokensWhateverElseIsSampled() {
    params.temperature = 1f;
    params.seed = OptionalLong.of(7);
    SamplerState alone = state();
    SamplerState beside = state();
    params.seed = OptionalLong.of(8);
    SamplerState other = state();
    Random random = new Random(3);
    int different = 0;
    for (int i = 0; i < 200; i++) {
      float[] logits = new float[50];
      for (int id = 0; id < logits.length; id++) {
        logits[id] = (float) random.nextGaussian();
      }
      int token = sample(alone, logits.clone());
      different += sample(other, logits.clone()) == token ? 0 : 1;
      assertThat(sample(beside, logits.clone())).isEqualTo(token);
    }
    assertThat(different).isGreaterThan(100);
  }

  @Test
  void tokensComeAsOftenAsTheirProbabilities() {
    params.temperature = 1f;
    params.seed = OptionalLong.of(11);
    SamplerState state = state();
    int[] counts = new int[3];
    int n = 30_000;
    for (int i = 0; i < n; i++) {
      counts[sample(state, (float) Math.log(0.2), (float) Math.log(0.5), (float) Math.log(0.3))]++;
    }
    // Chi-square with 2 degrees of freedom: 13.8 is passed once in a thousand seeds.
    double[] expected = {0.2 * n, 0.5 * n, 0.3 * n};
    double chiSquare = 0;
    for (int i = 0; i < 3; i++) {
      chiSquare += Math.pow(counts[i] - expected[i], 2) / expected[i];
    }
    assertThat(chiSquare).isLessThan(13.8);
  }

  @Test
  void aTinyTemperatureIsGreedyAndDoesNotOverflow() {
    params.temperature = Float.MIN_VALUE;
    assertThat(sample(state(), 100f, 3e38f, -3e38f)).isEqualTo(1);
  }
}
