package dev.javelin.engine.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.engine.SamplingBuilder;
import dev.javelin.engine.request.TokenRule;
import java.util.Arrays;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SamplerTests {
  private static final float INF = Float.POSITIVE_INFINITY;
  private static final int VOCAB = 80;
  private final SamplingBuilder params = new SamplingBuilder();

  private SamplerState state(int... endTokenIds) {
    return new SamplerState(params.build(), new int[] {1}, endTokenIds, VOCAB);
  }

  private static int sample(SamplerState state, float... logits) {
    float[] row = Arrays.copyOf(logits, VOCAB);
    Arrays.fill(row, logits.length, VOCAB, -INF);
    return new Sampler(VOCAB).sample(row, 0, state);
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

  /** Allows the even tokens, then only token 71, then nothing. */
  private static final class EvenThenOne implements TokenRule.Cursor {
    private final long[] allowed = new long[2];
    private int accepted;

    @Override
    public long[] allowed() {
      allowed[0] = accepted == 0 ? 0x5555_5555_5555_5555L : 0;
      allowed[1] = accepted == 0 ? 0x5555L : accepted == 1 ? 1L << 7 : 0;
      return allowed;
    }

    @Override
    public void accept(int token) {
      accepted++;
    }
  }

  @Test
  void aRuleLimitsEveryToken() {
    params.rule = _ -> new EvenThenOne();
    SamplerState state = state();
    float[] row = new float[VOCAB];
    row[3] = 9f;
    row[78] = 5f;
    assertThat(state.takesTheBest()).isFalse();
    assertThat(sample(state, row)).isEqualTo(78);
    assertThat(sample(state, row)).isEqualTo(71);
    assertThat(sample(state, row)).isEqualTo(Sampler.INVALID_LOGITS);
  }
}
