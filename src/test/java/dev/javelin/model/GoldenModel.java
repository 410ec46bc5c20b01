package dev.javelin.model;

import dev.javelin.Shared;
import dev.javelin.backend.Backend;
import dev.javelin.checkpoint.Checkpoint;
import dev.javelin.checkpoint.Checkpoints;
import dev.javelin.model.loader.ModelLoader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One folder of tiny golden models: weights, configurations and what transformers computed. */
public record GoldenModel(Path folder) {
  public static final List<String> FAMILIES =
      List.of(
          "llama_llama3rope",
          "llama_linear",
          "llama_dynamic",
          "llama_yarn",
          "llama_tied_bias_headdim",
          "mistral",
          "qwen2",
          "qwen2_sliding",
          "qwen3",
          "smollm3");

  /** Longest prompt with its continuation. */
  static final int MAX_TOKENS = 52 + 24;

  record Prompt(
      String name,
      int[] ids,
      int[] positions,
      float[] logits,
      int[] argmax,
      int[] greedy,
      int[] second,
      double[] topLogits,
      double[] margins) {}

  static GoldenModel require(String family) {
    return new GoldenModel(Shared.require("goldens/tiny/" + family));
  }

  ModelConfig config(String file) {
    return ModelConfig.from(rawConfig(file));
  }

  Map<String, Object> rawConfig(String file) {
    return JsonMapper.shared().readValue(folder.resolve(file), new TypeReference<>() {});
  }

  Checkpoint open() {
    return Checkpoints.open(folder);
  }

  /** The dynamic model's long prompt goes past the context that its configuration promises. */
  static Model load(Checkpoint checkpoint, Backend backend) {
    ModelConfig config = ModelConfig.from(checkpoint.config()).withContextLength(MAX_TOKENS);
    return ModelLoader.load(config, checkpoint.weights(), backend);
  }

  List<Prompt> prompts() {
    return expected().get("prompts").valueStream().map(this::prompt).toList();
  }

  /** Hidden state of the short prompt's last token after the final norm. */
  float[] lastHidden(int hiddenSize) {
    float[] all = floats(folder.resolve("short.hidden_last.f32"));
    return Arrays.copyOfRange(all, all.length - hiddenSize, all.length);
  }

  private JsonNode expected() {
    return JsonMapper.shared().readTree(folder.resolve("expected.json"));
  }

  private Prompt prompt(JsonNode node) {
    JsonNode greedy = node.get("greedy");
    return new Prompt(
        node.get("name").asString(),
        ints(node.get("ids")),
        ints(node.get("positions")),
        floats(folder.resolve(node.get("logits_file").asString())),
        ints(node.get("argmax")),
        ints(greedy.get("ids")),
        ints(greedy.get("top2_id")),
        doubles(greedy.get("top1_logit")),
        doubles(greedy.get("margin")));
  }

  private static int[] ints(JsonNode array) {
    return array.valueStream().mapToInt(JsonNode::asInt).toArray();
  }

  private static double[] doubles(JsonNode array) {
    return array.valueStream().mapToDouble(JsonNode::asDouble).toArray();
  }

  static float[] floats(Path file) {
    try {
      FloatBuffer buffer =
          ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
      float[] values = new float[buffer.remaining()];
      buffer.get(values);
      return values;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
