package dev.javelin.model;

import java.util.Map;

/**
 * The dimensions every part of the server needs, read from a Hugging Face style configuration.
 *
 * @param architecture {@code model_type}: llama, mistral, qwen2, qwen3, smollm3 …
 * @param contextLength most tokens of a sequence, prompt and answer together
 * @param raw the whole configuration, for what only one family reads
 */
public record ModelConfig(
    String architecture,
    int vocabSize,
    int hiddenSize,
    int intermediateSize,
    int numLayers,
    int numHeads,
    int numKvHeads,
    int headDim,
    int contextLength,
    float rmsNormEps,
    boolean tiedEmbeddings,
    Map<String, Object> raw) {

  private static final int MAX_WIDTH = 1 << 20;
  private static final int MAX_VOCABULARY = 1 << 24;
  private static final int MAX_CONTEXT = 1 << 24;
  private static final int MAX_LAYERS = 1024;
  private static final int MAX_HEADS = 4096;
  private static final int MAX_HEAD_DIM = 4096;

  /**
   * Reads and checks a configuration in the vocabulary of Hugging Face's {@code config.json}, with
   * the rope settings of transformers 4 ({@code rope_scaling}) or 5 ({@code rope_parameters}).
   *
   * @throws UnsupportedModelException naming the key whose value is missing or out of bounds
   */
  public static ModelConfig from(Map<String, Object> hfConfig) {
    ConfigValues values = new ConfigValues(hfConfig, "");
    String architecture = values.text("model_type");
    refuseWhatWouldBeIgnored(values);
    int hiddenSize = values.integer("hidden_size", 1, MAX_WIDTH);
    int numHeads = values.integer("num_attention_heads", 1, MAX_HEADS);
    int numKvHeads = values.integer("num_key_value_heads", 1, numHeads, numHeads);
    if (numHeads % numKvHeads != 0) {
      throw values.refused(
          "num_key_value_heads", numKvHeads, "a divisor of num_attention_heads " + numHeads);
    }
    if (!values.has("head_dim") && hiddenSize % numHeads != 0) {
      throw values.refused(
          "hidden_size", hiddenSize, "a multiple of num_attention_heads " + numHeads);
    }
    int headDim = values.integer("head_dim", 2, MAX_HEAD_DIM, hiddenSize / numHeads);
    if (headDim < 2 || headDim % 2 != 0) {
      throw values.refused("head_dim", headDim, "even, for its pairs to rotate");
    }
    if ((long) numHeads * headDim > MAX_WIDTH) {
      throw values.refused(
          "head_dim", headDim, "at most %d / %d heads".formatted(MAX_WIDTH, numHeads));
    }
    return new ModelConfig(
        architecture,
        values.integer("vocab_size", 1, MAX_VOCABULARY),
        hiddenSize,
        values.integer("intermediate_size", 1, MAX_WIDTH),
        values.integer("num_hidden_layers", 1, MAX_LAYERS),
        numHeads,
        numKvHeads,
        headDim,
        contextLength(values),
        (float) values.number("rms_norm_eps", 0, 1, 1e-6),
        // SmolLM3's published default; every other supported family defaults to a head of its own
        values.flag("tie_word_embeddings", architecture.equals("smollm3")),
        hfConfig);
  }

  /** What changes every answer of a model of whichever family, and is not there yet. */
  private static void refuseWhatWouldBeIgnored(ConfigValues values) {
    if (values.has("quantization_config")) {
      throw values.refused(
          "quantization_config",
          values.object("quantization_config").values().getOrDefault("quant_method", "given"),
          "absent: weights quantised in this way are not read; use a GGUF file or the original");
    }
    int experts = values.integer("num_local_experts", 0, MAX_WIDTH, 0);
    if (experts > 0) {
      throw values.refused("num_local_experts", experts, "0: mixtures of experts are not served");
    }
  }

  /** Checked access to {@link #raw}. */
  public ConfigValues values() {
    return new ConfigValues(raw, "");
  }

  /** The rope settings, whichever name the configuration gives them. */
  public ConfigValues ropeValues() {
    return ropeValues(values());
  }

  /** The same model serving sequences of at most {@code tokens}. */
  public ModelConfig withContextLength(int tokens) {
    return new ModelConfig(
        architecture,
        vocabSize,
        hiddenSize,
        intermediateSize,
        numLayers,
        numHeads,
        numKvHeads,
        headDim,
        tokens,
        rmsNormEps,
        tiedEmbeddings,
        raw);
  }

  private static ConfigValues ropeValues(ConfigValues values) {
    return values.object(values.has("rope_parameters") ? "rope_parameters" : "rope_scaling");
  }

  /**
   * Dynamic NTK serves {@code factor} times what the model was trained for, YaRN {@code factor}
   * times {@code original_max_position_embeddings}; the others state the length outright.
   */
  private static int contextLength(ConfigValues values) {
    int trained = values.integer("max_position_embeddings", 1, MAX_CONTEXT);
    ConfigValues rope = ropeValues(values);
    double length =
        switch (rope.text("rope_type", rope.text("type", "default"))) {
          case "dynamic" -> trained * rope.number("factor", 1, MAX_CONTEXT);
          case "yarn" ->
              rope.integer("original_max_position_embeddings", 1, MAX_CONTEXT, 1)
                  * rope.number("factor", 1, MAX_CONTEXT);
          default -> trained;
        };
    return (int) Math.min(Math.max(trained, length), MAX_CONTEXT);
  }
}
