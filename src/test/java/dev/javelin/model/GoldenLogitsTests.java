package dev.javelin.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.javelin.backend.Backend;
import dev.javelin.backend.ReferenceBackend;
import dev.javelin.checkpoint.Checkpoint;
import dev.javelin.quant.KvDType;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Tiny random models of every supported family against transformers' float32 results. */
class GoldenLogitsTests {
  private static final float TOLERANCE = 2e-4f;
  private static final int BLOCK_SIZE = 16;

  static Stream<Arguments> familiesOnBackends() {
    List<Named<Supplier<Backend>>> backends =
        List.of(Named.<Supplier<Backend>>of("reference", ReferenceBackend::new));
    return backends.stream()
        .flatMap(
            backend -> GoldenModel.FAMILIES.stream().map(family -> Arguments.of(backend, family)));
  }

  @ParameterizedTest
  @MethodSource("familiesOnBackends")
  void logitsAndArgmaxMatchAtEveryPosition(Supplier<Backend> backends, String family) {
    GoldenModel golden = GoldenModel.require(family);
    try (Checkpoint checkpoint = golden.open();
        Backend backend = backends.get()) {
      ModelDriver driver = driver(GoldenModel.load(checkpoint, backend), backend);
      float largest = 0;
      for (GoldenModel.Prompt prompt : golden.prompts()) {
        float[][] logits = driver.prefill(prompt.ids(), prompt.ids().length);
        int vocab = logits[0].length;
        assertThat(prompt.logits()).hasSize(prompt.positions().length * vocab);
        for (int i = 0; i < prompt.positions().length; i++) {
          float[] expected = Arrays.copyOfRange(prompt.logits(), i * vocab, (i + 1) * vocab);
          float difference = largestDifference(logits[prompt.positions()[i]], expected);
          largest = Math.max(largest, difference);
          assertThat(difference)
              .as("%s at position %d", prompt.name(), prompt.positions()[i])
              .isLessThanOrEqualTo(TOLERANCE);
        }
        assertThat(Arrays.stream(logits).mapToInt(GoldenLogitsTests::argmax).toArray())
            .as(prompt.name())
            .isEqualTo(prompt.argmax());
      }
      System.out.printf("%s on %s: largest difference %.2g%n", family, backend.describe(), largest);
    }
  }

  @ParameterizedTest
  @MethodSource("familiesOnBackends")
  void greedyContinuationMatches(Supplier<Backend> backends, String family) {
    GoldenModel golden = GoldenModel.require(family);
    try (Checkpoint checkpoint = golden.open();
        Backend backend = backends.get()) {
      ModelDriver driver = driver(GoldenModel.load(checkpoint, backend), backend);
      for (GoldenModel.Prompt prompt : golden.prompts()) {
        // frequencies that change with the length make a cached run another definition
        boolean cached = !family.equals("llama_dynamic");
        int[] tokens = Arrays.copyOf(prompt.ids(), prompt.ids().length + prompt.greedy().length);
        float[] logits = driver.prefill(prompt.ids(), prompt.ids().length)[prompt.ids().length - 1];
        for (int step = 0; step < prompt.greedy().length; step++) {
          int chosen = argmax(logits);
          String where = "%s, step %d".formatted(prompt.name(), step);
          if (chosen != prompt.greedy()[step]) {
            assertThat(prompt.margins()[step]).as(where).isLessThan(2 * TOLERANCE);
            assertThat(chosen).as(where).isEqualTo(prompt.second()[step]);
          }
          assertThat((double) logits[prompt.greedy()[step]])
              .as(where)
              .isCloseTo(prompt.topLogits()[step], within((double) TOLERANCE));
          int length = prompt.ids().length + step + 1;
          tokens[length - 1] = prompt.greedy()[step];
          logits =
              cached
                  ? driver.decode(tokens[length - 1])
                  : driver.prefill(Arrays.copyOf(tokens, length), length)[length - 1];
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("familiesOnBackends")
  void promptInChunksGivesTheSameBits(Supplier<Backend> backends, String family) {
    GoldenModel golden = GoldenModel.require(family);
    try (Checkpoint checkpoint = golden.open();
        Backend backend = backends.get()) {
      ModelDriver driver = driver(GoldenModel.load(checkpoint, backend), backend);
      int[] prompt = golden.prompts().getLast().ids();
      float[][] whole = driver.prefill(prompt, prompt.length);
      for (int chunk : new int[] {1, 7, 16, 51}) {
        assertThat(driver.prefill(prompt, chunk)).as("chunks of %d", chunk).isDeepEqualTo(whole);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("familiesOnBackends")
  void hiddenStateOfTheOnlyWantedRowMatches(Supplier<Backend> backends, String family) {
    GoldenModel golden = GoldenModel.require(family);
    try (Checkpoint checkpoint = golden.open();
        Backend backend = backends.get()) {
      ModelDriver driver = driver(GoldenModel.load(checkpoint, backend), backend);
      float[] hidden = driver.lastHidden(golden.prompts().getFirst().ids());
      assertThat(largestDifference(hidden, golden.lastHidden(hidden.length)))
          .isLessThanOrEqualTo(TOLERANCE);
    }
  }

  private static ModelDriver driver(Model model, Backend backend) {
    return new ModelDriver(model, backend, BLOCK_SIZE, KvDType.F32, GoldenModel.MAX_TOKENS);
  }

  static float largestDifference(float[] actual, float[] expected) {
    float largest = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(actual[i] - expected[i]));
    }
    return largest;
  }

  static int argmax(float[] logits) {
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      best = logits[i] > logits[best] ? i : best;
    }
    return best;
  }
}
