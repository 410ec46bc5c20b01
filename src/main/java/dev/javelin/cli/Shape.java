package dev.javelin.cli;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** Dimensions of well-known models, so that speed can be measured without their weights. */
enum Shape {
  SMOLLM2_135M("smollm2-135m", "llama", 49152, 576, 1536, 30, 9, 3, 64, 8192, true),
  QWEN3_0_6B("qwen3-0.6b", "qwen3", 151936, 1024, 3072, 28, 16, 8, 128, 40960, true),
  LLAMA_3_2_1B("llama-3.2-1b", "llama", 128256, 2048, 8192, 16, 32, 8, 64, 131072, true),
  QWEN3_8B("qwen3-8b", "qwen3", 151936, 4096, 12288, 36, 32, 8, 128, 40960, false),
  LLAMA_3_1_8B("llama-3.1-8b", "llama", 128256, 4096, 14336, 32, 32, 8, 128, 131072, false),
  LLAMA_3_1_70B("llama-3.1-70b", "llama", 128256, 8192, 28672, 80, 64, 8, 128, 131072, false);

  final String label;
  final String family;
  final int vocab;
  final int hidden;
  final int inner;
  final int layers;
  final int heads;
  final int kvHeads;
  final int headDim;
  final int context;
  final boolean tied;

  Shape(
      String label,
      String family,
      int vocab,
      int hidden,
      int inner,
      int layers,
      int heads,
      int kvHeads,
      int headDim,
      int context,
      boolean tied) {
    this.label = label;
    this.family = family;
    this.vocab = vocab;
    this.hidden = hidden;
    this.inner = inner;
    this.layers = layers;
    this.heads = heads;
    this.kvHeads = kvHeads;
    this.headDim = headDim;
    this.context = context;
    this.tied = tied;
  }

  /**
   * @throws UsageException naming the shapes there are
   */
  static Shape of(String label) {
    for (Shape shape : values()) {
      if (shape.label.equals(label)) {
        return shape;
      }
    }
    throw new UsageException(
        "bench: --shape is '%s'; it must be one of %s."
            .formatted(
                label,
                Arrays.stream(values())
                    .map(shape -> shape.label)
                    .collect(Collectors.joining(", "))));
  }

  /** In the vocabulary of Hugging Face's config.json. */
  Map<String, Object> config() {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("model_type", family);
    config.put("vocab_size", vocab);
    config.put("hidden_size", hidden);
    config.put("intermediate_size", inner);
    config.put("num_hidden_layers", layers);
    config.put("num_attention_heads", heads);
    config.put("num_key_value_heads", kvHeads);
    config.put("head_dim", headDim);
    config.put("max_position_embeddings", context);
    config.put("rms_norm_eps", 1e-5);
    config.put("rope_theta", 500000.0);
    config.put("tie_word_embeddings", tied);
    return config;
  }

  /** Rows and columns of a matrix by the last part of its Hugging Face name. */
  int[] matrix(String name) {
    int query = heads * headDim;
    int keys = kvHeads * headDim;
    return switch (name) {
      case "embed_tokens", "lm_head" -> new int[] {vocab, hidden};
      case "q_proj" -> new int[] {query, hidden};
      case "k_proj", "v_proj" -> new int[] {keys, hidden};
      case "o_proj" -> new int[] {hidden, query};
      case "gate_proj", "up_proj" -> new int[] {inner, hidden};
      case "down_proj" -> new int[] {hidden, inner};
      default -> throw new IllegalArgumentException("no matrix is called " + name);
    };
  }
}
