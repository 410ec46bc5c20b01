package dev.javelin.engine.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.backend.Backend;
import dev.javelin.backend.ChosenTokens;
import dev.javelin.backend.ForwardBatch;
import dev.javelin.backend.StepExecutor;
import dev.javelin.engine.request.SamplingParams;
import dev.javelin.tensor.Tensor;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.Random;
import java.util.function.Supplier;

/** A backend draws the tokens that the {@link Sampler} draws from the same logits. */
final class DrawConformance {
  private static final int ROWS = 24;

  private DrawConformance() {}

  /**
   * @param tokens at least so many are drawn
   * @return how many
   */
  static int check(Backend backend, int vocabSize, long seed, int tokens) {
    Random random = new Random(seed);
    Sampler sampler = new Sampler(vocabSize);
    ForwardBatch batch = new ForwardBatch(ROWS, ROWS, 1);
    batch.attention.numTokens = ROWS;
    batch.attention.numSequences = ROWS;
    batch.numLogits = ROWS;
    for (int row = 0; row < ROWS; row++) {
      batch.attention.slotMapping[row] = -1;
      batch.attention.queryStart[row + 1] = row + 1;
    }
    ChosenTokens chosen = backend.chosenTokens();
    assertThat(chosen.draws()).isTrue();
    float[] logits = new float[ROWS * vocabSize];
    for (int row = 0; row < ROWS; row++) {
      fill(logits, row * vocabSize, vocabSize, row, random);
    }
    Tensor device = backend.floats(logits, ROWS, vocabSize);
    Supplier<Tensor> step =
        () -> {
          Tensor rows = chosen.rows(ROWS);
          chosen.draw(rows, device, batch.draws);
          return rows;
        };
    StepExecutor executor = backend.executor();
    int drawn = 0;
    while (drawn < tokens) {
      SamplerState[] states = new SamplerState[ROWS];
      batch.draws.count = ROWS;
      for (int row = 0; row < ROWS; row++) {
        states[row] =
            new SamplerState(params(random, vocabSize), new int[0], new int[0], vocabSize);
        assertThat(states[row].draws()).isTrue();
      }
      // Some tokens of each answer: its random numbers go on.
      for (int index = 0; index < 4; index++) {
        for (int row = 0; row < ROWS; row++) {
          states[row].draw(batch.draws, row, index);
        }
        float[] actual = new float[ROWS];
        chosen.read(executor.run(batch, step), ROWS).await(actual);
        for (int row = 0; row < ROWS; row++) {
          float[] copy = new float[vocabSize];
          System.arraycopy(logits, row * vocabSize, copy, 0, vocabSize);
          int expected = sampler.sample(copy, 0, states[row]);
          assertThat((int) actual[row])
              .as(
                  "vocabulary %d, seed %d, row %d, token %d, %s",
                  vocabSize, seed, row, index, states[row].params)
              .isEqualTo(expected);
          drawn++;
        }
      }
    }
    return drawn;
  }

  /** Logits of many kinds. */
  private static void fill(float[] logits, int from, int count, int kind, Random random) {
    for (int i = 0; i < count; i++) {
      double normal = random.nextGaussian();
      logits[from + i] =
          switch (kind % 8) {
            case 0 -> (float) (2.5 * normal);
            case 1 -> (float) (8 * normal + 3);
            // As a bf16 head gives them: many are equal.
            case 2 -> Math.round(16 * 2.5 * normal) / 16f;
            case 3 -> 1.5f;
            case 4 -> i % 3 == 0 ? (float) normal : Float.NEGATIVE_INFINITY;
            case 5 -> (float) (0.01 * normal);
            case 6 -> (float) (300 * normal);
            default -> (float) (-20 + normal);
          };
    }
    if (kind == 8) {
      logits[from + count / 2] = Float.NaN;
    } else if (kind == 9) {
      logits[from + count - 1] = Float.POSITIVE_INFINITY;
    } else if (kind == 10) {
      Arrays.fill(logits, from, from + count, Float.NEGATIVE_INFINITY);
    } else if (kind % 8 == 4) {
      logits[from] = 0;
    }
  }

  private static SamplingParams params(Random random, int vocabSize) {
    float[] temperatures = {0, 0.05f, 0.6f, 0.8f, 1, 1.3f, 2};
    float[] topPs = {1, 1, 0.9f, 0.95f, 0.5f, 0.999f, 1e-4f};
    float[] minPs = {0, 0, 0.05f, 0.5f};
    int[] topKs = {0, 0, 1, 2, 40, vocabSize - 1, vocabSize, 2 * vocabSize};
    return SamplingParams.builder()
        .temperature(temperatures[random.nextInt(temperatures.length)])
        .topK(topKs[random.nextInt(topKs.length)])
        .topP(topPs[random.nextInt(topPs.length)])
        .minP(minPs[random.nextInt(minPs.length)])
        .seed(OptionalLong.of(random.nextLong()))
        .maxTokens(8)
        .build();
  }
}
