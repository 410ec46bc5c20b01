package dev.javelin.checkpoint;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Hugging Face names of the tensors of a GGUF file. */
final class GgufNames {
  private static final Pattern BLOCK =
      Pattern.compile("blk\\.(\\d{1,6})\\.([a-z_]+)\\.(weight|bias)");
  private static final Map<String, String> OUTER =
      Map.of(
          "token_embd.weight", "model.embed_tokens.weight",
          "output.weight", "lm_head.weight",
          "output.bias", "lm_head.bias",
          "output_norm.weight", "model.norm.weight");
  private static final Map<String, String> INNER =
      Map.ofEntries(
          Map.entry("attn_norm", "input_layernorm"),
          Map.entry("ffn_norm", "post_attention_layernorm"),
          Map.entry("attn_q", "self_attn.q_proj"),
          Map.entry("attn_k", "self_attn.k_proj"),
          Map.entry("attn_v", "self_attn.v_proj"),
          Map.entry("attn_output", "self_attn.o_proj"),
          Map.entry("attn_q_norm", "self_attn.q_norm"),
          Map.entry("attn_k_norm", "self_attn.k_norm"),
          Map.entry("ffn_gate", "mlp.gate_proj"),
          Map.entry("ffn_up", "mlp.up_proj"),
          Map.entry("ffn_down", "mlp.down_proj"));

  private GgufNames() {}

  /** The Hugging Face name; the name itself where there is none, as for rope_freqs.weight. */
  static String huggingFace(String gguf) {
    Matcher block = BLOCK.matcher(gguf);
    if (!block.matches()) {
      return OUTER.getOrDefault(gguf, gguf);
    }
    String inner = INNER.get(block.group(2));
    return inner == null
        ? gguf
        : "model.layers.%s.%s.%s".formatted(block.group(1), inner, block.group(3));
  }
}
