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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** SmolLM2-135M Q4_1 in bf16 on the GPU against float32 on its decoded weights. */
@Tag("gpu")
class CudaSmolLm2Tests {
  private static final int MAX_TOKENS = 512;

  /** A smaller lead of the likeliest token may be lost in bf16. */
  private static final double MARGIN = 0.3;

  @Test
  void answersAreThoseOfTheReference() throws IOException {
    long start = System.nanoTime();
    try (Checkpoint checkpoint =
            Checkpoints.open(Shared.require("models/SmolLM2-135M-Instruct.Q4_1.gguf"));
        CudaBackend backend = Gpu.backend(true)) {
      Model model = ModelLoader.load(checkpoint, backend);
      ModelDriver driver = new ModelDriver(model, backend, 64, KvDType.BF16, MAX_TOKENS);
      double loadSeconds = (System.nanoTime() - start) / 1e9;
      double divergence = 0;
      int agreed = 0;
      int positions = 0;
      int answers = 0;
      int exact = 0;
      for (JsonNode golden : SmolLm2AccuracyTests.prompts()) {
        int[] ids = SmolLm2AccuracyTests.ints(golden.get("ids"));
        float[][] logits = driver.prefill(ids, ids.length);
        for (int position = 0; position < ids.length; position++, positions++) {
          JsonNode top = golden.get("top20").get(position);
          int[] tokens = SmolLm2AccuracyTests.ints(top.get("ids"));
          double[] expected =
              top.get("logits").valueStream().mapToDouble(JsonNode::asDouble).toArray();
          double normaliser = golden.get("logsumexp").get(position).asDouble();
          divergence +=
              SmolLm2AccuracyTests.divergence(tokens, expected, normaliser, logits[position]);
          agreed += GoldenLogitsTests.argmax(logits[position]) == tokens[0] ? 1 : 0;
        }
        answers++;
        exact += followsGreedy(golden, driver, logits[ids.length - 1]) ? 1 : 0;
      }
      System.out.printf(
          "SmolLM2 Q4_1 on the GPU: loaded in %.2f s, mean KL %.2g, top-1 %.2f %%, %d of %d answers to"
              + " the token%n",
          loadSeconds, divergence / positions, 100.0 * agreed / positions, exact, answers);
      assertThat(divergence / positions).isLessThanOrEqualTo(0.004);
      assertThat((double) agreed / positions).isGreaterThanOrEqualTo(0.96);
    }
  }

  /** Whether every token was the likeliest; one that was not must have led by little. */
  private static boolean followsGreedy(JsonNode golden, ModelDriver driver, float[] afterPrompt) {
    JsonNode greedy = golden.get("greedy_transformers_fp32");
    int[] ids = SmolLm2AccuracyTests.ints(greedy.get("ids"));
    boolean exact = true;
    float[] logits = afterPrompt;
    for (int step = 0; step < ids.length; step++) {
      if (GoldenLogitsTests.argmax(logits) != ids[step]) {
        exact = false;
        assertThat(greedy.get("margin").get(step).asDouble())
            .as("%s, step %d", golden.get("name").asString(), step)
            .isLessThan(MARGIN);
      }
      logits = driver.decode(ids[step]);
    }
    return exact;
  }
}
