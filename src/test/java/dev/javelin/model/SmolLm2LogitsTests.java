package dev.javelin.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.javelin.Shared;
import dev.javelin.backend.Backend;
import dev.javelin.backend.ReferenceBackend;
import dev.javelin.backend.cpu.CpuBackend;
import dev.javelin.checkpoint.Checkpoint;
import dev.javelin.checkpoint.Checkpoints;
import dev.javelin.model.loader.ModelLoader;
import dev.javelin.quant.KvDType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** SmolLM2-135M from its Q4_1 GGUF against transformers in float32 on the decoded weights. */
class SmolLm2LogitsTests {
  private static final double TOLERANCE = 1e-3;
  private static final int MAX_TOKENS = 229 + 64;

  @Test
  void referenceMatchesOnTheShortestPrompt() throws IOException {
    try (Backend backend = new ReferenceBackend()) {
      compare(backend, goldens().subList(0, 1), false);
    }
  }

  @Test
  void cpuMatchesOnEveryPromptAndContinuation() throws IOException {
    try (Backend backend = CpuBackend.create(2)) {
      compare(backend, goldens(), true);
    }
  }

  private static void compare(Backend backend, List<JsonNode> goldens, boolean greedy)
      throws IOException {
    Path file = Shared.require("models/SmolLM2-135M-Instruct.Q4_1.gguf");
    try (Checkpoint checkpoint = Checkpoints.open(file)) {
      Model model = ModelLoader.load(checkpoint, backend);
      ModelDriver driver = new ModelDriver(model, backend, 16, KvDType.F32, MAX_TOKENS);
      double largest = 0;
      for (JsonNode golden : goldens) {
        int[] ids = ints(golden.get("ids"));
        float[][] logits = driver.prefill(ids, ids.length);
        largest = Math.max(largest, comparePrompt(golden, logits));
        if (greedy) {
          compareGreedy(golden, driver, logits[ids.length - 1]);
        }
      }
      System.out.printf(
          "SmolLM2 Q4_1 on %s: largest difference %.2g%n", backend.describe(), largest);
    }
  }

  private static double comparePrompt(JsonNode golden, float[][] logits) throws IOException {
    double largest = 0;
    for (int position = 0; position < logits.length; position++) {
      String where = "%s at position %d".formatted(golden.get("name").asString(), position);
      JsonNode top = golden.get("top20").get(position);
      int[] ids = ints(top.get("ids"));
      for (int i = 0; i < ids.length; i++) {
        double difference =
            Math.abs(logits[position][ids[i]] - top.get("logits").get(i).asDouble());
        largest = Math.max(largest, difference);
        assertThat(difference).as(where).isLessThanOrEqualTo(TOLERANCE);
      }
      if (top.get("logits").get(0).asDouble() - top.get("logits").get(1).asDouble()
          > 2 * TOLERANCE) {
        assertThat(GoldenLogitsTests.argmax(logits[position])).as(where).isEqualTo(ids[0]);
      }
      assertThat(logSumExp(logits[position]))
          .as(where)
          .isCloseTo(golden.get("logsumexp").get(position).asDouble(), within(TOLERANCE));
    }
    JsonNode last = golden.get("last_logits_file");
    if (!last.isNull()) {
      float[] expected = GoldenModel.floats(Shared.require("goldens/logits/" + last.asString()));
      assertThat(expected).hasSameSizeAs(logits[logits.length - 1]);
      assertThat(GoldenLogitsTests.largestDifference(logits[logits.length - 1], expected))
          .isLessThanOrEqualTo((float) TOLERANCE);
    }
    return largest;
  }

  private static void compareGreedy(JsonNode golden, ModelDriver driver, float[] afterPrompt) {
    JsonNode greedy = golden.get("greedy_transformers_fp32");
    int[] ids = ints(greedy.get("ids"));
    float[] logits = afterPrompt;
    for (int step = 0; step < ids.length; step++) {
      String where = "%s, step %d".formatted(golden.get("name").asString(), step);
      int chosen = GoldenLogitsTests.argmax(logits);
      if (chosen != ids[step]) {
        assertThat(greedy.get("margin").get(step).asDouble()).as(where).isLessThan(2 * TOLERANCE);
        assertThat(chosen).as(where).isEqualTo(greedy.get("top2_id").get(step).asInt());
      }
      assertThat((double) logits[ids[step]])
          .as(where)
          .isCloseTo(greedy.get("top1_logit").get(step).asDouble(), within(TOLERANCE));
      logits = driver.decode(ids[step]);
    }
  }

  private static List<JsonNode> goldens() throws IOException {
    return Files.readAllLines(Shared.require("goldens/logits/smollm2_q4_1.jsonl")).stream()
        .map(line -> JsonMapper.shared().readTree(line))
        .toList();
  }

  private static int[] ints(JsonNode array) {
    return array.valueStream().mapToInt(JsonNode::asInt).toArray();
  }

  static double logSumExp(float[] logits) {
    double largest = logits[GoldenLogitsTests.argmax(logits)];
    double sum =
        IntStream.range(0, logits.length).mapToDouble(i -> Math.exp(logits[i] - largest)).sum();
    return largest + Math.log(sum);
  }
}
