package dev.javelin.engine.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.javelin.Shared;
import dev.javelin.engine.request.SamplingParams;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

class SamplerGoldenTests {
  @TestFactory
  Stream<DynamicTest> survivorsAndProbabilitiesAreTheGoldenOnes() throws IOException {
    Path folder = Shared.require("goldens/sampling");
    JsonNode golden = new ObjectMapper().readTree(Files.readString(folder.resolve("cases.json")));
    byte[] bytes = Files.readAllBytes(folder.resolve("logits.f32"));
    float[] logits = new float[golden.get("vocab").asInt()];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(logits);
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode entry : golden.get("cases")) {
      String name = entry.get("name").asString();
      String title = name + " " + tests.size();
      tests.add(DynamicTest.dynamicTest(title, () -> check(entry, logits.clone())));
    }
    assertThat(tests).hasSizeGreaterThan(25);
    return tests.stream();
  }

  private static void check(JsonNode entry, float[] logits) {
    JsonNode given = entry.get("params");
    SamplerState state =
        new SamplerState(params(given), ints(given.path("prompt")), new int[0], logits.length);
    for (int token : ints(given.path("output"))) {
      state.append(token);
    }
    Sampler sampler = new Sampler(logits.length);
    sampler.adjust(logits, 0, state);
    JsonNode changed = entry.path("changed_logits");
    for (String id : changed.propertyNames()) {
      double expected = changed.get(id).asDouble();
      assertThat((double) logits[Integer.parseInt(id)])
          .as("logit %s", id)
          .isCloseTo(expected, within(1e-5 * Math.max(1, Math.abs(expected))));
    }
    int best = sampler.argmax(logits, 0);
    Candidates survivors = sampler.survivors(logits, 0, best, state);
    if (entry.get("name").asString().equals("pipeline_hf")) {
      survivors.keepMinP((float) given.path("min_p").asDouble());
    }
    assertThat(survivors.size()).isEqualTo(entry.get("survivors").asInt());
    Map<Integer, Double> probabilities = new HashMap<>();
    for (int i = 0; i < survivors.size(); i++) {
      probabilities.put(survivors.id(i), survivors.weight(i) / survivors.totalWeight());
    }
    assertThat(likeliest(survivors)).isEqualTo(entry.get("argmax").asInt());
    if (entry.has("tokens")) {
      int[] ids = probabilities.keySet().stream().mapToInt(Integer::intValue).sorted().toArray();
      assertThat(ids).isEqualTo(ints(entry.get("tokens")));
    }
    for (JsonNode pair : entry.get("top_probabilities")) {
      double expected = pair.get(1).asDouble();
      assertThat(probabilities.get(pair.get(0).asInt()))
          .as("probability of %s", pair.get(0))
          .isCloseTo(expected, within(1e-5 * expected));
    }
    double entropy = 0;
    for (double p : probabilities.values()) {
      entropy -= p * Math.log(p);
    }
    assertThat(entropy).isCloseTo(entry.get("entropy").asDouble(), within(1e-5));
  }

  private static int likeliest(Candidates candidates) {
    int best = 0;
    for (int i = 1; i < candidates.size(); i++) {
      double ahead = candidates.weight(i) - candidates.weight(best);
      if (ahead > 0 || (ahead == 0 && candidates.id(i) < candidates.id(best))) {
        best = i;
      }
    }
    return candidates.id(best);
  }

  private static SamplingParams params(JsonNode given) {
    Map<Integer, Float> bias = new HashMap<>();
    JsonNode biases = given.path("logit_bias");
    for (String id : biases.propertyNames()) {
      bias.put(Integer.valueOf(id), (float) biases.get(id).asDouble());
    }
    boolean hfOrder = given.path("order").asString("").endsWith("min_p");
    return SamplingParams.builder()
        .temperature((float) given.path("temperature").asDouble(1))
        .topK(given.path("top_k").asInt(0))
        .topP((float) given.path("top_p").asDouble(1))
        // Hugging Face has min-p last: the test adds it there.
        .minP(hfOrder ? 0f : (float) given.path("min_p").asDouble(0))
        .typicalP((float) given.path("typical_p").asDouble(1))
        .topNSigma((float) given.path("top_n_sigma").asDouble(0))
        .epsilonCutoff((float) given.path("epsilon_cutoff").asDouble(0))
        .repetitionPenalty((float) given.path("repetition_penalty").asDouble(1))
        .frequencyPenalty((float) given.path("frequency_penalty").asDouble(0))
        .presencePenalty((float) given.path("presence_penalty").asDouble(0))
        .logitBias(bias)
        .build();
  }

  private static int[] ints(JsonNode node) {
    int[] values = new int[node.size()];
    Arrays.setAll(values, i -> node.get(i).asInt());
    return values;
  }
}
