package dev.javelin.checkpoint;

import java.lang.reflect.Array;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Translates a GGUF file's metadata to the vocabulary of Hugging Face's config.json. */
final class GgufConfig {
  private final Path file;
  private final Map<String, Object> metadata;
  private final String architecture;
  private final Map<String, Object> config = new LinkedHashMap<>();

  private GgufConfig(Path file, Map<String, Object> metadata, String architecture) {
    this.file = file;
    this.metadata = metadata;
    this.architecture = architecture;
  }

  /**
   * @param tensors names in the file
   * @throws CheckpointException if the architecture is missing or a value has the wrong type
   */
  static Map<String, Object> of(Path file, Map<String, Object> metadata, Set<String> tensors) {
    if (!(metadata.get("general.architecture") instanceof String architecture)) {
      throw new CheckpointException(
          file, "metadata 'general.architecture'", "is missing or no string; this is no model");
    }
    return new GgufConfig(file, metadata, architecture).translate(tensors);
  }

  /**
   * The tokens that end a generation, where the file names more than {@code eos_token_id}: end of
   * turn and end of message.
   */
  static Map<String, Object> generation(Path file, Map<String, Object> metadata) {
    GgufConfig reader = new GgufConfig(file, metadata, "");
    Set<Integer> ends = new LinkedHashSet<>();
    for (String token : List.of("eos", "eot", "eom")) {
      Integer id = reader.integer("tokenizer.ggml." + token + "_token_id");
      if (id != null) {
        ends.add(id);
      }
    }
    return ends.size() < 2 ? Map.of() : Map.of("eos_token_id", List.copyOf(ends));
  }

  private Map<String, Object> translate(Set<String> tensors) {
    config.put("model_type", architecture);
    integer("hidden_size", own("embedding_length"));
    integer("intermediate_size", own("feed_forward_length"));
    integer("num_hidden_layers", own("block_count"));
    integer("num_attention_heads", own("attention.head_count"));
    integer("num_key_value_heads", own("attention.head_count_kv"));
    integer("head_dim", own("attention.key_length"));
    integer("max_position_embeddings", own("context_length"));
    integer("sliding_window", own("attention.sliding_window"));
    integer("num_local_experts", own("expert_count"));
    decimal("rms_norm_eps", own("attention.layer_norm_rms_epsilon"));
    decimal("rope_theta", own("rope.freq_base"));
    integer("vocab_size", own("vocab_size"));
    integer("bos_token_id", "tokenizer.ggml.bos_token_id");
    integer("eos_token_id", "tokenizer.ggml.eos_token_id");
    integer("pad_token_id", "tokenizer.ggml.padding_token_id");
    config.put("hidden_act", "silu");
    config.put("tie_word_embeddings", !tensors.contains("output.weight"));
    config.put("attention_bias", tensors.contains("blk.0.attn_q.bias"));
    config.put("mlp_bias", tensors.contains("blk.0.ffn_up.bias"));
    derive();
    ropeScaling();
    return config;
  }

  /** What the format leaves out where it follows from the rest. */
  private void derive() {
    if (!config.containsKey("num_key_value_heads") && config.containsKey("num_attention_heads")) {
      config.put("num_key_value_heads", config.get("num_attention_heads"));
    }
    if (!config.containsKey("head_dim")
        && config.get("hidden_size") instanceof Integer hidden
        && config.get("num_attention_heads") instanceof Integer heads
        && heads > 0) {
      config.put("head_dim", hidden / heads);
    }
    config.putIfAbsent("rope_theta", 10000.0);
    Integer rotated = integer(own("rope.dimension_count"));
    if (rotated != null && config.get("head_dim") instanceof Integer dim && !rotated.equals(dim)) {
      config.put("partial_rotary_factor", rotated / (double) dim);
    }
    if (!config.containsKey("vocab_size")
        && metadata.get("tokenizer.ggml.tokens") instanceof List<?> tokens) {
      config.put("vocab_size", tokens.size());
    }
    if (architecture.equals("smollm3")) {
      everyFourthLayerWithoutRope();
    }
  }

  /** The format has no key for it: every reader of SmolLM3 files assumes a step of four. */
  private void everyFourthLayerWithoutRope() {
    if (config.get("num_hidden_layers") instanceof Integer layers) {
      if (layers < 0 || layers > 100_000) {
        throw error(own("block_count"), "is " + layers);
      }
      List<Integer> rope = new ArrayList<>();
      for (int i = 1; i <= layers; i++) {
        rope.add(i % 4 == 0 ? 0 : 1);
      }
      config.put("no_rope_layer_interval", 4);
      config.put("no_rope_layers", List.copyOf(rope));
    }
  }

  private void ropeScaling() {
    String key = own("rope.scaling.type");
    Object type = metadata.get(key);
    Double factor = number(own("rope.scaling.factor"));
    if (type == null) {
      // Files older than the key have the factor alone, the oldest under another name.
      factor = factor == null ? number(own("rope.scale_linear")) : factor;
      type = factor == null || factor <= 1 ? "none" : "linear";
    }
    if (type.equals("none")) {
      return;
    }
    if (!(type instanceof String name)) {
      throw error(key, "is no string");
    }
    Map<String, Object> scaling = new LinkedHashMap<>();
    scaling.put("rope_type", name);
    put(scaling, "factor", factor);
    put(
        scaling,
        "original_max_position_embeddings",
        integer(own("rope.scaling.original_context_length")));
    put(scaling, "attention_factor", number(own("rope.scaling.attn_factor")));
    put(scaling, "beta_fast", number(own("rope.scaling.yarn_beta_fast")));
    put(scaling, "beta_slow", number(own("rope.scaling.yarn_beta_slow")));
    config.put("rope_scaling", scaling);
  }

  private String own(String key) {
    return architecture + "." + key;
  }

  private void integer(String name, String key) {
    put(config, name, integer(key));
  }

  private void decimal(String name, String key) {
    put(config, name, number(key));
  }

  private static void put(Map<String, Object> map, String name, @Nullable Object value) {
    if (value != null) {
      map.put(name, value);
    }
  }

  private @Nullable Integer integer(String key) {
    Object value = scalar(key);
    if (value == null) {
      return null;
    }
    if (value instanceof Integer || value instanceof Long) {
      long number = ((Number) value).longValue();
      if (number == (int) number) {
        return (int) number;
      }
    }
    throw error(key, "is " + value + "; it must be an integer below 2^31");
  }

  /** A float32 comes out as the decimal number it was written as: 1e-5, not 9.99999974e-6. */
  private @Nullable Double number(String key) {
    Object value = scalar(key);
    if (value == null) {
      return null;
    }
    if (!(value instanceof Number)) {
      throw error(key, "is " + value + "; it must be a number");
    }
    return Double.valueOf(value.toString());
  }

  /** Some converters write one number a layer; they must agree to be one number of the config. */
  private @Nullable Object scalar(String key) {
    Object value = metadata.get(key);
    if (value == null || !value.getClass().isArray()) {
      return value;
    }
    int length = Array.getLength(value);
    for (int i = 1; i < length; i++) {
      if (!Array.get(value, i).equals(Array.get(value, 0))) {
        throw error(key, "differs from layer to layer, which is not supported");
      }
    }
    return length == 0 ? null : Array.get(value, 0);
  }

  private CheckpointException error(String key, String reason) {
    return new CheckpointException(file, "metadata '" + key + "'", reason);
  }
}
