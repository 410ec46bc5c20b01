package dev.javelin.engine.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.javelin.engine.request.SamplingParams;
import dev.javelin.engine.request.TokenLogprobs;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RawDistributionTests {
  private static final int VOCAB = 1000;

  private static float[] row(int seed) {
    Random random = new Random(seed);
    float[] row = new float[VOCAB + 3];
    for (int i = 0; i < row.length; i++) {
      row[i] = (float) random.nextGaussian() * 5;
    }
    return row;
  }

  /** log softmax and rank by their definitions. */
  private static void check(TokenLogprobs got, float[] row, int offset) {
    double total = 0;
    int rank = 0;
    for (int id = 0; id < VOCAB; id++) {
      total += Math.exp(row[offset + id]);
      rank += row[offset + id] >= row[offset + got.tokenId()] ? 1 : 0;
    }
    assertThat((double) got.logprob())
        .isCloseTo(row[offset + got.tokenId()] - Math.log(total), within(1e-5));
    assertThat(got.rank()).isEqualTo(rank);
    for (int i = 0; i < got.topTokenIds().length; i++) {
      assertThat((double) got.topLogprobs()[i])
          .isCloseTo(row[offset + got.topTokenIds()[i]] - Math.log(total), within(1e-5));
      if (i > 0) {
        assertThat(got.topLogprobs()[i]).isLessThanOrEqualTo(got.topLogprobs()[i - 1]);
      }
    }
  }

  @Test
  void logprobsAreOfTheRowAsTheModelGaveIt() {
    SamplingParams params =
        SamplingParams.builder()
            .temperature(0.3f)
            .topK(5)
            .repetitionPenalty(1.8f)
            .seed(4)
            .logprobs(7)
            .build();
    SamplerState state = new SamplerState(params, new int[] {1, 2}, new int[0], VOCAB);
    Sampler sampler = new Sampler(VOCAB);
    for (int i = 0; i < 20; i++) {
      float[] row = row(i);
      float[] given = row.clone();
      int token = sampler.sample(given, 3, state);
      TokenLogprobs got = Objects.requireNonNull(sampler.logprobs(token, state));
      assertThat(got.tokenId()).isEqualTo(token);
      assertThat(got.topTokenIds()).hasSize(7);
      check(got, row, 3);
    }
  }

  @Test
  void aMaskedTokenIsSaidToBeImpossible() {
    float[] row = row(1);
    row[17] = Float.NEGATIVE_INFINITY;
    TokenLogprobs got = Objects.requireNonNull(new Sampler(VOCAB).score(row, 0, 17, 0));
    assertThat(got.logprob()).isEqualTo(Float.NEGATIVE_INFINITY);
    assertThat(got.rank()).isEqualTo(VOCAB);
    assertThat(got.topTokenIds()).isEmpty();
  }

  @Test
  void rowsThatAreNoNumbersHaveNoLogprobs() {
    float[] row = row(1);
    row[999] = Float.NaN;
    assertThat(new Sampler(VOCAB).score(row, 0, 17, 0)).isNull();
    SamplingParams params = SamplingParams.builder().logprobs(0).build();
    SamplerState state = new SamplerState(params, new int[] {1}, new int[0], VOCAB);
    assertThat(new Sampler(VOCAB).sample(row, 0, state)).isEqualTo(Sampler.INVALID_LOGITS);
  }

  @Test
  void everyTokenOfThePromptIsScoredOnceHoweverItsPromptIsCut() {
    SamplingParams params = SamplingParams.builder().promptLogprobs(0).build();
    SamplerState state = new SamplerState(params, new int[10], new int[0], VOCAB);
    assertThat(state.promptRows(0, 4)).isEqualTo(4);
    state.scoredPrompt(4);
    // Preempted: computed again from the start, with more in one run.
    assertThat(state.promptRows(0, 6)).isEqualTo(2);
    state.scoredPrompt(2);
    assertThat(state.promptRows(6, 10)).isEqualTo(3);
    state.scoredPrompt(3);
    assertThat(state.promptRows(0, 12)).isZero();
  }
}
