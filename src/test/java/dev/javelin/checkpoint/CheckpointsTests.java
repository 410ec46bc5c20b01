package dev.javelin.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.javelin.Shared;
import dev.javelin.model.UnsupportedModelException;
import dev.javelin.model.loader.ModelLoader;
import dev.javelin.quant.PackedWeight;
import dev.javelin.quant.WeightFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

class CheckpointsTests {
  @TempDir Path temp;

  @Test
  void smolLm2IsReadWithTheConfigOfItsHuggingFaceFolder() {
    Path file = Shared.require("models/SmolLM2-135M-Instruct.Q4_1.gguf");
    try (Checkpoint checkpoint = Checkpoints.open(file)) {
      assertThat(checkpoint.fileFormat()).isEqualTo("GGUF v3");
      assertThat(checkpoint.config())
          .containsEntry("model_type", "llama")
          .containsEntry("hidden_size", 576)
          .containsEntry("intermediate_size", 1536)
          .containsEntry("num_hidden_layers", 30)
          .containsEntry("num_attention_heads", 9)
          .containsEntry("num_key_value_heads", 3)
          .containsEntry("head_dim", 64)
          .containsEntry("max_position_embeddings", 8192)
          .containsEntry("rms_norm_eps", 1e-5)
          .containsEntry("rope_theta", 100000.0)
          .containsEntry("vocab_size", 49152)
          .containsEntry("tie_word_embeddings", true)
          .containsEntry("bos_token_id", 1)
          .containsEntry("eos_token_id", 2);
      assertThat(checkpoint.chatTemplate().orElseThrow()).contains("<|im_start|>");
      assertThat(checkpoint.tensors()).hasSize(272);
      assertThat((List<?>) checkpoint.metadata().get("tokenizer.ggml.tokens")).hasSize(49152);
      assertThat((int[]) checkpoint.metadata().get("tokenizer.ggml.token_type")).hasSize(49152);
      WeightSource layer = checkpoint.weights().scope("model.layers.29");
      PackedWeight down = layer.get("mlp.down_proj.weight");
      assertThat(down.format()).isEqualTo(WeightFormat.Q4_1);
      assertThat(down.rows()).isEqualTo(576);
      assertThat(down.columns()).isEqualTo(1536);
      assertThat(layer.floats("input_layernorm.weight")).hasSize(576);
      assertThat(layer.scope("self_attn").get("k_proj.weight").rowOrder()).hasSize(192);
      assertThat(layer.scope("self_attn").has("q_norm.weight")).isFalse();
      assertThat(checkpoint.weights().get("model.embed_tokens.weight").format())
          .isEqualTo(WeightFormat.Q8_0);
    }
  }

  @Test
  void ggufConfigEqualsTheHuggingFaceConfigOfTheSameModel() {
    for (String name : List.of("dart-20m-chat", "dart-draft")) {
      Path gguf = Shared.require("models/dart/" + name + "-q8_0.gguf");
      Map<?, ?> expected =
          JsonMapper.shared()
              .readValue(
                  Shared.require("models/dart/" + name + "/config.json").toFile(), Map.class);
      try (Checkpoint checkpoint = Checkpoints.open(gguf)) {
        for (Map.Entry<String, Object> entry : checkpoint.config().entrySet()) {
          assertThat(entry.getValue()).as(entry.getKey()).isEqualTo(expected.get(entry.getKey()));
        }
        assertThat(checkpoint.config()).hasSizeGreaterThan(14);
      }
    }
  }

  /** The one check that sees a wrong name, a wrong shape or a wrong order of q and k rows. */
  @Test
  void ggufWeightsEqualTheSafetensorsOfTheSameModel() {
    Path folder = Shared.require("models/dart/dart-draft");
    try (Checkpoint exact = Checkpoints.open(folder);
        Checkpoint quantized =
            Checkpoints.open(Shared.require("models/dart/dart-draft-q8_0.gguf"))) {
      assertThat(exact.fileFormat()).isEqualTo("safetensors");
      assertThat(exact.config()).containsEntry("hidden_size", 256);
      assertThat(exact.generationConfig()).containsEntry("temperature", 0.3);
      assertThat(exact.tokenizerJson()).contains(folder.resolve("tokenizer.json"));
      assertThat(exact.chatTemplate()).isEqualTo(quantized.chatTemplate());
      assertThat(exact.tensors()).hasSameSizeAs(quantized.tensors());
      for (TensorInfo info : exact.tensors()) {
        PackedWeight a = exact.weights().get(info.name());
        PackedWeight b = quantized.weights().get(info.name());
        assertThat(b.rows()).as(info.name()).isEqualTo(a.rows());
        assertThat(b.columns()).as(info.name()).isEqualTo(a.columns());
        float[] left = new float[a.columns()];
        float[] right = new float[a.columns()];
        for (int row = 0; row < a.rows(); row++) {
          a.decodeRow(row, left, 0);
          b.decodeRow(row, right, 0);
          float largest = 0;
          float difference = 0;
          for (int i = 0; i < left.length; i++) {
            largest = Math.max(largest, Math.abs(left[i]));
            difference = Math.max(difference, Math.abs(left[i] - right[i]));
          }
          assertThat(difference).as(info.name()).isLessThanOrEqualTo(largest / 200);
        }
        assertThat(quantized.weights().floats(info.name())[0])
            .isCloseTo(exact.weights().floats(info.name())[0], within(0.05f));
      }
    }
  }

  @Test
  void fileInAFolderIsOpenedWithTheFoldersConfig() {
    Path file = Shared.require("models/dart/dart-draft/model.safetensors");
    try (Checkpoint checkpoint = Checkpoints.open(file)) {
      assertThat(checkpoint.config()).containsEntry("model_type", "llama");
    }
    Path bare = Shared.require("goldens/safetensors_files/valid/dtypes.safetensors");
    assertThatThrownBy(() -> Checkpoints.open(bare))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("config.json");
  }

  @Test
  void rowsAndBiasesOfQueryAndKeyComeInHuggingFaceOrder() throws IOException {
    for (String architecture : List.of("llama", "smollm3")) {
      try (Checkpoint checkpoint = Checkpoints.open(attention(architecture))) {
        WeightSource attention = checkpoint.weights().scope("model.layers.0.self_attn");
        assertThat(attention.floats("q_proj.weight")).containsExactly(0, 2, 1, 3, 4, 6, 5, 7);
        assertThat(attention.floats("q_proj.bias")).containsExactly(0, 2, 1, 3, 4, 6, 5, 7);
        assertThat(attention.floats("k_proj.weight")).containsExactly(0, 2, 1, 3);
        PackedWeight bias = attention.get("q_proj.bias");
        float[] row = new float[8];
        bias.decodeRow(0, row, 0);
        assertThat(row).containsExactly(0, 2, 1, 3, 4, 6, 5, 7);
        assertThat(checkpoint.config()).containsEntry("attention_bias", true);
        assertThat(checkpoint.weights().floats("rope_freqs.weight")).containsExactly(1, 8);
      }
    }
    for (String architecture : List.of("qwen2", "qwen3", "mistral")) {
      try (Checkpoint checkpoint = Checkpoints.open(attention(architecture))) {
        WeightSource attention = checkpoint.weights().scope("model.layers.0.self_attn");
        assertThat(attention.get("q_proj.weight").rowOrder()).isNull();
        assertThat(attention.floats("q_proj.bias")).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
      }
    }
  }

  @Test
  void unknownArchitectureKeepsItsNameAndRopeScalingIsTranslated() throws IOException {
    GgufWriter writer =
        new GgufWriter()
            .meta("general.architecture", "novel")
            .meta("novel.rope.scaling.type", "yarn")
            .meta("novel.rope.scaling.factor", 4f)
            .meta("novel.rope.scaling.original_context_length", 2048)
            .meta("tokenizer.ggml.eos_token_id", 7)
            .meta("tokenizer.ggml.eot_token_id", 9)
            .tensor("output.weight", new float[] {1}, 1, 1)
            .tensor("novel.thing", new float[] {1}, 1, 1);
    try (Checkpoint checkpoint = Checkpoints.open(writer.write(temp.resolve("n.gguf")))) {
      assertThat(checkpoint.config())
          .containsEntry("model_type", "novel")
          .containsEntry("tie_word_embeddings", false)
          .containsEntry(
              "rope_scaling",
              Map.of("rope_type", "yarn", "factor", 4.0, "original_max_position_embeddings", 2048));
      assertThat(checkpoint.config()).containsEntry("eos_token_id", 7);
      assertThat(checkpoint.generationConfig()).containsEntry("eos_token_id", List.of(7, 9));
      assertThat(checkpoint.weights().has("lm_head.weight")).isTrue();
      assertThat(checkpoint.weights().has("novel.thing")).isTrue();
    }
  }

  /** The key of the scaling's kind is younger than files that have its factor. */
  @Test
  void aFactorWithoutAKindIsLinear() throws IOException {
    for (String key : List.of("llama.rope.scaling.factor", "llama.rope.scale_linear")) {
      GgufWriter writer =
          new GgufWriter()
              .meta("general.architecture", "llama")
              .meta(key, 4f)
              .tensor("output.weight", new float[] {1}, 1, 1);
      try (Checkpoint checkpoint = Checkpoints.open(writer.write(temp.resolve("old.gguf")))) {
        assertThat(checkpoint.config())
            .containsEntry("rope_scaling", Map.of("rope_type", "linear", "factor", 4.0));
      }
    }
  }

  @Test
  void aPartOfAHeadThatIsRotatedAndExpertsAreNotForgotten() throws IOException {
    GgufWriter writer =
        new GgufWriter()
            .meta("general.architecture", "llama")
            .meta("llama.embedding_length", 64)
            .meta("llama.attention.head_count", 4)
            .meta("llama.rope.dimension_count", 16)
            .tensor("output.weight", new float[] {1}, 1, 1);
    try (Checkpoint checkpoint = Checkpoints.open(writer.write(temp.resolve("whole.gguf")))) {
      assertThat(checkpoint.config()).doesNotContainKeys("partial_rotary_factor");
    }
    writer.meta("llama.rope.dimension_count", 8).meta("llama.expert_count", 2);
    try (Checkpoint checkpoint = Checkpoints.open(writer.write(temp.resolve("part.gguf")))) {
      assertThat(checkpoint.config())
          .containsEntry("partial_rotary_factor", 0.5)
          .containsEntry("num_local_experts", 2);
    }
  }

  /** Others have other keys; which of ours they lack says nothing. */
  @Test
  void anArchitectureThatNobodyKnowsIsNamedBeforeItsKeys() throws IOException {
    GgufWriter writer =
        new GgufWriter()
            .meta("general.architecture", "mamba")
            .meta("mamba.ssm.state_size", 16)
            .tensor("output.weight", new float[] {1}, 1, 1);
    try (Checkpoint checkpoint = Checkpoints.open(writer.write(temp.resolve("m.gguf")))) {
      assertThatThrownBy(() -> ModelLoader.config(checkpoint))
          .isInstanceOf(UnsupportedModelException.class)
          .hasMessageContaining("'model_type' is mamba; supported are llama");
    }
  }

  @Test
  void theNumberOfHeadsIsMissedByName() throws IOException {
    Path file =
        new GgufWriter()
            .meta("general.architecture", "llama")
            .tensor("blk.0.attn_q.weight", new float[] {0, 1, 2, 3}, 4, 1)
            .write(temp.resolve("headless.gguf"));
    assertThatThrownBy(() -> Checkpoints.open(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("says nothing of num_attention_heads");
  }

  @Test
  void unloadedWeightsReadTheSame() {
    try (Checkpoint checkpoint = Checkpoints.open(Path.of("models/dart/dart-20m-chat-q8_0.gguf"))) {
      PackedWeight weight = checkpoint.weights().get("model.embed_tokens.weight");
      float[] before = new float[weight.columns()];
      weight.decodeRow(100, before, 0);
      checkpoint.unload();
      float[] after = new float[weight.columns()];
      weight.decodeRow(100, after, 0);
      assertThat(after).containsExactly(before);
    }
  }

  @Test
  void splitModelIsOneCheckpointFromAnyShard() throws IOException {
    Path valid = Shared.require("goldens/gguf_files/valid");
    for (int shard = 1; shard <= 2; shard++) {
      Path path = valid.resolve("split-0000" + shard + "-of-00002.gguf");
      try (Checkpoint checkpoint = Checkpoints.open(path)) {
        assertThat(checkpoint.tensors())
            .extracting(TensorInfo::name)
            .containsExactly("blk.0.w", "blk.1.w", "blk.2.w", "blk.3.w");
        assertThat(checkpoint.config()).containsEntry("model_type", "llama");
      }
    }
    Path alone = temp.resolve("split-00001-of-00002.gguf");
    Files.copy(valid.resolve("split-00001-of-00002.gguf"), alone);
    assertThatThrownBy(() -> Checkpoints.open(alone))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("split-00002-of-00002.gguf");
    Files.copy(alone, temp.resolve("split-00002-of-00002.gguf"));
    assertThatThrownBy(() -> Checkpoints.open(alone))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("split-00002-of-00002.gguf");
  }

  @Test
  void folderWithOneGgufModelIsOpenedAndWithSeveralRefused() throws IOException {
    Files.move(attention("llama"), temp.resolve("one.gguf"));
    try (Checkpoint checkpoint = Checkpoints.open(temp)) {
      assertThat(checkpoint.config()).containsEntry("num_attention_heads", 2);
    }
    Files.copy(temp.resolve("one.gguf"), temp.resolve("two.gguf"));
    assertThatThrownBy(() -> Checkpoints.open(temp))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("one.gguf, two.gguf");
  }

  @Test
  void whatIsNoModelIsRefusedByName() throws IOException {
    assertThatThrownBy(() -> Checkpoints.open(temp.resolve("absent.gguf")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("absent.gguf");
    assertThatThrownBy(() -> Checkpoints.open(temp))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("neither");
    Path text = Files.writeString(temp.resolve("model.txt"), "no");
    assertThatThrownBy(() -> Checkpoints.open(text)).isInstanceOf(CheckpointException.class);
    for (String name : List.of("malformed/zeros.gguf", "valid/no_tensors.gguf")) {
      Path empty = Shared.require("goldens/gguf_files/" + name);
      assertThatThrownBy(() -> Checkpoints.open(empty))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("no model");
    }
  }

  @Test
  void absentTensorIsNamedInFull() throws IOException {
    try (Checkpoint checkpoint = Checkpoints.open(attention("llama"))) {
      WeightSource scope = checkpoint.weights().scope("model.layers.7");
      assertThatThrownBy(() -> scope.get("self_attn.q_proj.weight"))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("model.layers.7.self_attn.q_proj.weight")
          .hasMessageContaining("llama.gguf");
    }
  }

  /** Two query heads of four rows, one key head; element r of a tensor is r. */
  private Path attention(String architecture) throws IOException {
    return new GgufWriter()
        .meta("general.architecture", architecture)
        .meta(architecture + ".attention.head_count", 2)
        .meta(architecture + ".attention.head_count_kv", 1)
        .meta(architecture + ".embedding_length", 8)
        .meta(architecture + ".block_count", 1)
        .tensor("rope_freqs.weight", new float[] {1, 8}, 2)
        .tensor("blk.0.attn_q.weight", new float[] {0, 1, 2, 3, 4, 5, 6, 7}, 8, 1)
        .tensor("blk.0.attn_q.bias", new float[] {0, 1, 2, 3, 4, 5, 6, 7}, 8)
        .tensor("blk.0.attn_k.weight", new float[] {0, 1, 2, 3}, 4, 1)
        .write(temp.resolve(architecture + ".gguf"));
  }
}
