package dev.javelin.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.Shared;
import dev.javelin.backend.cuda.CudaBackend;
import dev.javelin.backend.cuda.Gpu;
import dev.javelin.checkpoint.Checkpoint;
import dev.javelin.checkpoint.Checkpoints;
import dev.javelin.model.loader.ModelLoader;
import dev.javelin.quant.KvDType;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Whole models in bf16 on the GPU against float32 results of transformers. */
@Tag("gpu")
class CudaGoldenTests {
  static final List<String> FAMILIES = GoldenModel.FAMILIES;

  /** Largest Kullback-Leibler divergence of a position, in nats. */
  private static final double DIVERGENCE = 5e-3;

  /** A smaller lead of the likeliest token may be lost in bf16; dart's goldens say so too. */
  private static final double MARGIN = 0.3;

  @ParameterizedTest
  @FieldSource("FAMILIES")
  void distributionsMatchAtEveryPosition(String family) {
    GoldenModel golden = GoldenModel.require(family);
    try (Checkpoint checkpoint = golden.open();
        CudaBackend backend = Gpu.backend(true)) {
      ModelDriver driver = driver(GoldenModel.load(checkpoint, backend), backend, KvDType.BF16);
      double largest = 0;
      for (GoldenModel.Prompt prompt : golden.prompts()) {
        float[][] logits = driver.prefill(prompt.ids(), prompt.ids().length);
        int vocab = logits[0].length;
        for (int i = 0; i < prompt.positions().length; i++) {
          float[] expected = Arrays.copyOfRange(prompt.logits(), i * vocab, (i + 1) * vocab);
          double divergence = divergence(expected, logits[prompt.positions()[i]]);
          largest = Math.max(largest, divergence);
          assertThat(divergence)
              .as("%s at position %d", prompt.name(), prompt.positions()[i])
              .isLessThan(DIVERGENCE);
        }
      }
      System.out.printf("%s in bf16: largest divergence %.2g%n", family, largest);
    }
  }

  @ParameterizedTest
  @FieldSource("FAMILIES")
  void recordedStepsGiveTheBitsOfEagerOnes(String family) {
    GoldenModel golden = GoldenModel.require(family);
    int[] prompt = golden.prompts().getLast().ids();
    List<float[]> eager = decode(golden, prompt, false);
    List<float[]> recorded = decode(golden, prompt, true);
    for (int i = 0; i < eager.size(); i++) {
      assertThat(recorded.get(i)).as("step %d", i).isEqualTo(eager.get(i));
    }
  }

  private static List<float[]> decode(GoldenModel golden, int[] prompt, boolean graphs) {
    try (Checkpoint checkpoint = golden.open();
        CudaBackend backend = Gpu.backend(graphs)) {
      ModelDriver driver = driver(GoldenModel.load(checkpoint, backend), backend, KvDType.BF16);
      driver.prefill(prompt, 7);
      List<float[]> steps = new ArrayList<>();
      for (int token = 1; token <= 20; token++) {
        steps.add(driver.decode(token));
      }
      return steps;
    }
  }

  @Test
  void dartAnswersAsItsGoldensDo() throws IOException {
    JsonNode cases =
        JsonMapper.shared()
            .readTree(Files.readAllBytes(Shared.require("models/dart/goldens.json")))
            .get("cases");
    int exact = 0;
    try (Checkpoint checkpoint =
            Checkpoints.open(Shared.require("models/dart/dart-20m-chat-q8_0.gguf"));
        CudaBackend backend = Gpu.backend(true)) {
      Model model = ModelLoader.load(checkpoint, backend);
      ModelDriver driver = new ModelDriver(model, backend, 64, KvDType.BF16, 512);
      for (JsonNode one : cases) {
        int[] prompt = ints(one.get("prompt_ids"));
        int[] answer = ints(one.get("answer_ids"));
        float[] logits = driver.prefill(prompt, prompt.length)[prompt.length - 1];
        int same = 0;
        while (same < answer.length && GoldenLogitsTests.argmax(logits) == answer[same]) {
          logits = driver.decode(answer[same++]);
        }
        exact += same == answer.length ? 1 : 0;
        if (one.get("min_margin").asDouble() > MARGIN) {
          assertThat(same).as(one.get("user").asString()).isEqualTo(answer.length);
        }
      }
    }
    System.out.printf("dart in bf16: %d of %d answers to the token%n", exact, cases.size());
    assertThat(exact).isGreaterThan(cases.size() / 2);
  }

  private static ModelDriver driver(Model model, CudaBackend backend, KvDType dtype) {
    return new ModelDriver(model, backend, 64, dtype, GoldenModel.MAX_TOKENS);
  }

  private static int[] ints(JsonNode array) {
    return array.valueStream().mapToInt(JsonNode::asInt).toArray();
  }

  /** Of what the softmax of {@code actual} says from what that of {@code expected} says. */
  private static double divergence(float[] expected, float[] actual) {
    double p = logSumExp(expected);
    double q = logSumExp(actual);
    double sum = 0;
    for (int i = 0; i < expected.length; i++) {
      double log = expected[i] - p;
      sum += Math.exp(log) * (log - (actual[i] - q));
    }
    return sum;
  }

  private static double logSumExp(float[] logits) {
    double largest = logits[GoldenLogitsTests.argmax(logits)];
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit - largest);
    }
    return largest + Math.log(sum);
  }
}
