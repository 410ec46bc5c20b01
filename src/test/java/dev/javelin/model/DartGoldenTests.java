package dev.javelin.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.Shared;
import dev.javelin.backend.cpu.CpuBackend;
import dev.javelin.checkpoint.Checkpoint;
import dev.javelin.checkpoint.Checkpoints;
import dev.javelin.model.loader.ModelLoader;
import dev.javelin.quant.KvDType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The built-in model's greedy answers against those of its bfloat16 original, with the cache type
 * the server uses. Quantising the weights moves logits by a few tenths, so answers are compared
 * where no choice was closer than that.
 */
class DartGoldenTests {
  private static final double SURE = 0.5;

  @Test
  void everySureAnswerIsTheOriginals() throws IOException {
    JsonNode cases =
        JsonMapper.shared()
            .readTree(Files.readAllBytes(Shared.require("models/dart/goldens.json")))
            .get("cases");
    int compared = 0;
    try (CpuBackend backend = CpuBackend.create(2);
        Checkpoint checkpoint = Checkpoints.open(Path.of("models/dart/dart-20m-chat-q8_0.gguf"))) {
      ModelDriver driver =
          new ModelDriver(ModelLoader.load(checkpoint, backend), backend, 16, KvDType.F16, 512);
      for (JsonNode golden : cases) {
        if (golden.get("min_margin").asDouble() > SURE) {
          compare(driver, golden);
          compared++;
        }
      }
    }
    assertThat(compared).isGreaterThan(10);
  }

  private static void compare(ModelDriver driver, JsonNode golden) {
    int[] prompt = ints(golden.get("prompt_ids"));
    int[] answer = ints(golden.get("answer_ids"));
    int[] actual = new int[answer.length];
    float[] logits = driver.prefill(prompt, prompt.length)[prompt.length - 1];
    for (int i = 0; i < answer.length; i++) {
      actual[i] = GoldenLogitsTests.argmax(logits);
      logits = driver.decode(actual[i]);
    }
    assertThat(actual).as(golden.get("user").asString()).containsExactly(answer);
  }

  private static int[] ints(JsonNode array) {
    return array.valueStream().mapToInt(JsonNode::asInt).toArray();
  }
}
