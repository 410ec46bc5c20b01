package dev.javelin.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The kinds of tokenizer a GGUF file can hold, on vocabularies small enough to check by hand. */
class GgufTokenizerTests {
  private final List<String> tokens = new ArrayList<>();
  private final List<Float> scores = new ArrayList<>();
  private final List<Integer> types = new ArrayList<>();
  private final Map<String, Object> metadata = new HashMap<>();

  private int add(String token, float score, int type) {
    tokens.add(token);
    scores.add(score);
    types.add(type);
    return tokens.size() - 1;
  }

  private Tokenizer open(String model) {
    metadata.put("tokenizer.ggml.model", model);
    metadata.put("tokenizer.ggml.tokens", tokens);
    float[] floats = new float[scores.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = scores.get(i);
    }
    metadata.put("tokenizer.ggml.scores", floats);
    metadata.put("tokenizer.ggml.token_type", types.stream().mapToInt(Integer::intValue).toArray());
    return Tokenizers.fromGguf(metadata);
  }

  private Tokenizer sentencePiece() {
    add("<unk>", 0, 2);
    add("<s>", 0, 3);
    add("</s>", 0, 3);
    for (int b = 0; b < 256; b++) {
      add("<0x%02X>".formatted(b), 0, 6);
    }
    add("\u2581", -20, 1);
    add("h", -21, 1);
    add("i", -22, 1);
    add("<", -23, 1);
    add("s", -24, 1);
    add(">", -25, 1);
    add("hi", -1, 1);
    add("\u2581hi", -3, 1);
    add("\u2581h", -2, 1);
    add("<tool>", 0, 4);
    add("g", -26, 1);
    add("o", -27, 1);
    add("\u2581g", -5, 1);
    add("go", -4, 1);
    add("\u2581o", -4, 1);
    add("og", -5, 1);
    metadata.put("tokenizer.ggml.bos_token_id", 1);
    metadata.put("tokenizer.ggml.eos_token_id", 2);
    metadata.put("tokenizer.ggml.unknown_token_id", 0);
    return open("llama");
  }

  private int id(String token) {
    return tokens.indexOf(token);
  }

  @Test
  void sentencePieceMergesTheBestScoreFirst() {
    try (Tokenizer tokenizer = sentencePiece()) {
      assertThat(tokenizer.encode("go", false, true)).containsExactly(id("\u2581"), id("go"));
      assertThat(tokenizer.encode("og", false, true)).containsExactly(id("\u2581o"), id("g"));
      assertThat(tokenizer.encode("hi", false, true)).containsExactly(id("\u2581hi"));
      assertThat(tokenizer.encode("hi hi", true, true))
          .containsExactly(1, id("\u2581hi"), id("\u2581hi"));
      assertThat(tokenizer.encode("hihi", false, true)).containsExactly(id("\u2581hi"), id("hi"));
    }
  }

  @Test
  void sentencePieceFallsBackToBytesAndDecodesThem() {
    try (Tokenizer tokenizer = sentencePiece()) {
      int[] ids = tokenizer.encode("hi\u20AC\n", false, true);
      assertThat(ids)
          .containsExactly(id("\u2581hi"), id("<0xE2>"), id("<0x82>"), id("<0xAC>"), id("<0x0A>"));
      assertThat(tokenizer.decode(ids, true)).isEqualTo("hi\u20AC\n");
    }
  }

  @Test
  void sentencePieceKeepsControlNamesText() {
    try (Tokenizer tokenizer = sentencePiece()) {
      assertThat(tokenizer.encode("<s>hi", false, true)).containsExactly(1, id("\u2581hi"));
      int[] plain = tokenizer.encode("<s>", false, false);
      assertThat(plain).containsExactly(id("\u2581"), id("<"), id("s"), id(">"));
      assertThat(tokenizer.decode(plain, true)).isEqualTo("<s>");
    }
  }

  @Test
  void userDefinedTokensAreAlwaysRecognised() {
    try (Tokenizer tokenizer = sentencePiece()) {
      assertThat(tokenizer.encode("hi<tool>", false, false))
          .containsExactly(id("\u2581hi"), id("<tool>"));
      assertThat(tokenizer.isSpecial(id("<tool>"))).isFalse();
    }
  }

  @Test
  void unigramTakesTheMostProbableCut() {
    add("<pad>", 0, 3);
    add("</s>", 0, 3);
    add("<unk>", 0, 2);
    add("\u2581", -2, 1);
    add("a", -3, 1);
    add("b", -3, 1);
    add("ab", -4, 1);
    add("\u2581a", -3.5f, 1);
    metadata.put("tokenizer.ggml.eos_token_id", 1);
    metadata.put("tokenizer.ggml.unknown_token_id", 2);
    try (Tokenizer tokenizer = open("t5")) {
      // "▁" + "ab" costs 6, "▁a" + "b" costs 6.5
      assertThat(tokenizer.encode("ab", true, false)).containsExactly(3, 6, 1);
      assertThat(tokenizer.encode("a", false, false)).containsExactly(7);
      assertThat(tokenizer.decode(new int[] {3, 6, 7}, true)).isEqualTo("ab a");
    }
  }

  @Test
  void wordPieceMarksWhatGoesOn() {
    add("[PAD]", 0, 3);
    add("[UNK]", 0, 3);
    add("[CLS]", 0, 3);
    add("[SEP]", 0, 3);
    add("\u2581play", 0, 1);
    add("ing", 0, 1);
    add("\u2581we", 0, 1);
    metadata.put("tokenizer.ggml.cls_token_id", 2);
    metadata.put("tokenizer.ggml.seperator_token_id", 3);
    metadata.put("tokenizer.ggml.unknown_token_id", 1);
    try (Tokenizer tokenizer = open("bert")) {
      assertThat(tokenizer.encode("We playing", true, false)).containsExactly(2, 6, 4, 5, 3);
      assertThat(tokenizer.decode(new int[] {2, 6, 4, 5, 3}, true)).isEqualTo("we playing");
      assertThat(tokenizer.encode("xyz", false, false)).containsExactly(1);
    }
  }

  @Test
  void everyKnownPreTokenizerIsAcceptedAndLosesNoText() {
    String text = "Don't  stop: 12345\n\n\t\u4F60\u597D caf\u00E9, \uD83D\uDE00 HTTPServer x=1;";
    for (String pre : PreTokenizers.names()) {
      GgufTokenizerTests file = new GgufTokenizerTests();
      for (int c = 0; c < 324; c++) {
        file.add(Character.toString(c), 0, 1);
      }
      file.metadata.put("tokenizer.ggml.merges", List.of("1 2", "12 3"));
      file.add("12", 0, 1);
      file.add("123", 0, 1);
      file.metadata.put("tokenizer.ggml.pre", pre);
      try (Tokenizer tokenizer = file.open("gpt2")) {
        int[] ids = tokenizer.encode(text, false, false);
        assertThat(tokenizer.decode(ids, false)).as(pre).isEqualTo(text);
      }
    }
  }

  @Test
  void anUnknownPreTokenizerIsRefusedByName() {
    add("a", 0, 1);
    metadata.put("tokenizer.ggml.pre", "no-such-pre");
    assertThatThrownBy(() -> open("gpt2"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no-such-pre")
        .hasMessageContaining("llama-bpe");
  }

  @Test
  void anUnknownModelIsRefusedByName() {
    add("a", 0, 1);
    assertThatThrownBy(() -> open("rwkv"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("rwkv");
  }

  @Test
  void malformedMetadataIsRefusedWithItsKey() {
    add("a", 0, 1);
    metadata.put("tokenizer.ggml.eos_token_id", 77);
    assertThatThrownBy(() -> open("gpt2"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("eos_token_id");
    metadata.put("tokenizer.ggml.eos_token_id", 0);
    types.add(1);
    assertThatThrownBy(() -> open("gpt2"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("token_type");
    assertThatThrownBy(() -> Tokenizers.fromGguf(Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("tokens");
  }
}
