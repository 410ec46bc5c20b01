package dev.javelin.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.javelin.Shared;
import dev.javelin.backend.cpu.CpuBackend;
import dev.javelin.checkpoint.Checkpoint;
import dev.javelin.checkpoint.Checkpoints;
import dev.javelin.model.loader.ModelLoader;
import dev.javelin.quant.KvDType;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the kernels cost in accuracy: SmolLM2 Q4_1 against float32 on its decoded weights. */
class SmolLm2AccuracyTests {
  private static final int WINDOW = 512;
  private static CpuBackend backend;
  private static Checkpoint checkpoint;
  private static Model model;

  @BeforeAll
  static void open() {
    checkpoint = Checkpoints.open(Shared.require("models/SmolLM2-135M-Instruct.Q4_1.gguf"));
    backend = CpuBackend.create(2);
    model = ModelLoader.load(checkpoint, backend);
  }

  @AfterAll
  static void close() {
    if (backend != null) {
      backend.close();
      checkpoint.close();
    }
  }

  /** As llama-perplexity does: windows without context, the second half of each is scored. */
  @Test
  void perplexityIsTheReferences() throws IOException {
    JsonNode golden = json("goldens/logits/perplexity.json");
    int[] ids = ints(golden.get("ids"));
    ModelDriver driver = new ModelDriver(model, backend, 16, KvDType.F32, WINDOW);
    double negativeLogLikelihood = 0;
    int scored = 0;
    for (int from = 0; from + WINDOW <= ids.length; from += WINDOW) {
      float[][] logits = driver.prefill(Arrays.copyOfRange(ids, from, from + WINDOW), WINDOW);
      for (int position = WINDOW / 2; position < WINDOW - 1; position++, scored++) {
        float[] row = logits[position];
        negativeLogLikelihood += SmolLm2LogitsTests.logSumExp(row) - row[ids[from + position + 1]];
      }
    }
    assertThat(scored).isEqualTo(golden.get("scored_tokens").asInt());
    double expected = golden.get("transformers_fp32").get("ppl").asDouble();
    assertThat(Math.exp(negativeLogLikelihood / scored))
        .isCloseTo(expected, within(1e-4 * expected));
  }

  /** The divergence is over the reference's twenty likeliest tokens and all others as one. */
  @Test
  void serversDefaultsDivergeLittle() throws IOException {
    double divergence = 0;
    int agreed = 0;
    int positions = 0;
    for (JsonNode golden : prompts()) {
      int[] ids = ints(golden.get("ids"));
      ModelDriver driver = new ModelDriver(model, backend, 16, KvDType.F16, ids.length);
      float[][] logits = driver.prefill(ids, ids.length);
      for (int position = 0; position < ids.length; position++, positions++) {
        JsonNode top = golden.get("top20").get(position);
        int[] tokens = ints(top.get("ids"));
        double[] expected =
            top.get("logits").valueStream().mapToDouble(JsonNode::asDouble).toArray();
        double normaliser = golden.get("logsumexp").get(position).asDouble();
        divergence += divergence(tokens, expected, normaliser, logits[position]);
        agreed += GoldenLogitsTests.argmax(logits[position]) == tokens[0] ? 1 : 0;
      }
    }
    assertThat(divergence / positions).isLessThanOrEqualTo(0.004);
    assertThat((double) agreed / positions).isGreaterThanOrEqualTo(0.96);
    System.out.printf(
        "SmolLM2 Q4_1 with the server's defaults: mean KL %.2g, top-1 %.2f %%%n",
        divergence / positions, 100.0 * agreed / positions);
  }

  static double divergence(int[] tokens, double[] expected, double normaliser, float[] logits) {
    double ours = SmolLm2LogitsTests.logSumExp(logits);
    double sum = 0;
    double others = 1;
    double otherOurs = 1;
    for (int i = 0; i < tokens.length; i++) {
      double p = Math.exp(expected[i] - normaliser);
      double q = Math.exp(logits[tokens[i]] - ours);
      sum += p * Math.log(p / q);
      others -= p;
      otherOurs -= q;
    }
    return others > 1e-9 && otherOurs > 1e-9 ? sum + others * Math.log(others / otherOurs) : sum;
  }

  static List<JsonNode> prompts() throws IOException {
    return Files.readAllLines(Shared.require("goldens/logits/smollm2_q4_1.jsonl")).stream()
        .map(line -> JsonMapper.shared().readTree(line))
        .toList();
  }

  private static JsonNode json(String file) throws IOException {
    return JsonMapper.shared().readTree(Files.readAllBytes(Shared.require(file)));
  }

  static int[] ints(JsonNode array) {
    return IntStream.range(0, array.size()).map(i -> array.get(i).asInt()).toArray();
  }
}
