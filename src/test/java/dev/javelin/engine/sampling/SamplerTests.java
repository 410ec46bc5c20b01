package dev.javelin.engine.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.javelin.engine.SamplingBuilder;
import dev.javelin.engine.request.Mirostat;
import dev.javelin.engine.request.SamplingParams;
import dev.javelin.engine.request.TokenRule;
import dev.javelin.engine.request.Truncation;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
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
  void aForcedTokenLeavesMirostatAsADrawnOneWould() {
    int[] drawn = new int[2];
    for (int forces = 0; forces < 2; forces++) {
      SamplerState state =
          new SamplerState(
              SamplingParams.builder()
                  .temperature(1)
                  .mirostat(new Mirostat(2f, 0.5f))
                  .rule(new OneThenAny(forces == 1))
                  .seed(5)
                  .maxTokens(100)
                  .build(),
              new int[] {1},
              new int[0],
              VOCAB);
      for (int i = 0; i < 20; i++) {
        float[] row = new float[VOCAB];
        for (int id = 0; id < VOCAB; id++) {
          row[id] = (id * 37 % 11) * 0.7f;
        }
        drawn[forces] = drawn[forces] * 31 + sample(state, row);
      }
    }
    assertThat(drawn[1]).isEqualTo(drawn[0]);
  }

  /** Every other token can only be 7. */
  private record OneThenAny(boolean forces) implements TokenRule {
    @Override
    public Cursor begin(int vocabSize) {
      return new Cursor() {
        private int accepted;

        @Override
        public long @Nullable [] allowed() {
          long[] one = new long[(vocabSize + 63) / 64];
          one[0] = 1L << 7;
          return accepted % 2 == 0 ? one : null;
        }

        @Override
        public int forced() {
          return forces && accepted % 2 == 0 ? 7 : NOT_FORCED;
        }

        @Override
        public void accept(int token) {
          accepted++;
        }
      };
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
    assertThat(sample(state, row)).isEqualTo(Sampler.NOTHING_ALLOWED);
  }

  @Test
  void onlyAllowedTokensComeAndBadWordsAreNeverCompleted() {
    SamplerState state =
        new SamplerState(
            SamplingParams.builder()
                .temperature(0f)
                .allowedTokenIds(Set.of(2, 5, 70))
                .badWords(List.of(List.of(70), List.of(5, 5)))
                .build(),
            new int[] {5},
            new int[0],
            VOCAB);
    float[] row = new float[VOCAB];
    row[3] = 9f;
    row[70] = 8f;
    row[5] = 7f;
    row[2] = 6f;
    // The prompt's 5 does not count: only the answer must not hold the word.
    assertThat(sample(state, row)).isEqualTo(5);
    assertThat(sample(state, row)).isEqualTo(2);
    assertThat(sample(state, row)).isEqualTo(5);
  }

  private static Set<Integer> survivors(SamplingParams params, float... probabilities) {
    float[] row = new float[VOCAB];
    Arrays.fill(row, -INF);
    for (int i = 0; i < probabilities.length; i++) {
      row[i] = (float) Math.log(probabilities[i]);
    }
    SamplerState state = new SamplerState(params, new int[] {1}, new int[0], VOCAB);
    Sampler sampler = new Sampler(VOCAB);
    Candidates left = sampler.survivors(row, 0, sampler.argmax(row, 0), state);
    return IntStream.range(0, left.size()).mapToObj(left::id).collect(Collectors.toSet());
  }

  private static Set<Integer> afterXtc(float threshold, float... probabilities) {
    return survivors(
        SamplingParams.builder().xtc(new Truncation.Xtc(1f, threshold)).build(), probabilities);
  }

  @Test
  void xtcLeavesTheLeastLikelyOfTheTopChoices() {
    assertThat(afterXtc(0.15f, 0.4f, 0.1f, 0.3f, 0.2f)).containsOnly(1, 3);
    assertThat(afterXtc(0.35f, 0.4f, 0.1f, 0.3f, 0.2f)).containsOnly(0, 1, 2, 3);
    assertThat(afterXtc(0.6f, 0.4f, 0.1f, 0.3f, 0.2f)).containsOnly(0, 1, 2, 3);
  }

  @Test
  void whateverIsCutSomethingIsLeft() {
    float[] flat = {0.4f, 0.1f, 0.1f, 0.1f, 0.1f, 0.1f, 0.1f};
    // The expected surprise is nearest to that of the six: the best goes, and none has a half.
    assertThat(survivors(SamplingParams.builder().typicalP(0.5f).epsilonCutoff(0.5f).build(), flat))
        .containsOnly(1, 2, 3, 4, 5, 6);
    assertThat(survivors(SamplingParams.builder().epsilonCutoff(0.5f).build(), flat))
        .containsOnly(0);
  }

  @Test
  void xtcActsAsOftenAsItIsTold() {
    SamplingParams params =
        SamplingParams.builder().seed(3).xtc(new Truncation.Xtc(0.25f, 0.3f)).build();
    SamplerState state = new SamplerState(params, new int[] {1}, new int[0], VOCAB);
    int topChoices = 0;
    for (int i = 0; i < 4000; i++) {
      topChoices += sample(state, (float) Math.log(0.6), (float) Math.log(0.4)) == 0 ? 1 : 0;
    }
    // 0.6 of the three quarters where nothing is excluded; five standard deviations.
    assertThat(topChoices).isBetween(1800 - 158, 1800 + 158);
  }

  @Test
  void mirostatCutsWhatSurprisesAndMovesTowardsItsTarget() {
    SamplingParams params = SamplingParams.builder().mirostat(new Mirostat(1f, 0.5f)).build();
    // mu begins at 2 bits: a probability of a quarter just passes.
    assertThat(survivors(params, 0.5f, 0.26f, 0.14f, 0.1f)).containsOnly(0, 1);
    SamplerState state = new SamplerState(params, new int[] {1}, new int[0], VOCAB);
    sample(state, 1f);
    // A certain token has no surprise: 2 - 0.5 * (0 - 1).
    assertThat(state.mirostatMu).isCloseTo(2.5, within(1e-9));
  }

  @Test
  void aFlatRowIsCutByTopPInOrderOfIds() {
    float[] row = new float[VOCAB];
    Arrays.fill(row, 1f / VOCAB);
    assertThat(survivors(SamplingParams.builder().topP(0.5f).build(), row))
        .isEqualTo(IntStream.range(0, VOCAB / 2).boxed().collect(Collectors.toSet()));
  }
}
