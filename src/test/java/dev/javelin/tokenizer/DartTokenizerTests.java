package dev.javelin.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.javelin.Shared;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The built-in model's tokenizer, which comes both as tokenizer.json and inside a GGUF. */
class DartTokenizerTests {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static Tokenizer fromJson;
  private static Tokenizer fromGguf;

  @BeforeAll
  static void open() throws IOException {
    Path folder = Shared.require("models/dart/dart-20m-chat");
    fromJson =
        Tokenizers.fromJson(
            folder.resolve("tokenizer.json"),
            map(folder.resolve("config.json")),
            map(folder.resolve("generation_config.json")));
    Path gguf = Shared.require("models/dart/dart-20m-chat-q8_0.gguf");
    fromGguf = Tokenizers.fromGguf(GgufMetadata.read(gguf));
  }

  @AfterAll
  static void close() {
    if (fromJson != null) {
      fromJson.close();
    }
    if (fromGguf != null) {
      fromGguf.close();
    }
  }

  /** Words that are tokens themselves would be found all the same, and all others taken apart. */
  @Test
  void aFileWithoutMergesIsRefused() throws IOException {
    Map<String, Object> metadata =
        new HashMap<>(GgufMetadata.read(Path.of("models/dart/dart-20m-chat-q8_0.gguf")));
    metadata.remove("tokenizer.ggml.merges");
    assertThatThrownBy(() -> Tokenizers.fromGguf(metadata))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("tokenizer.ggml.merges");
  }

  private static Map<String, Object> map(Path file) throws IOException {
    return JSON.readValue(Files.readAllBytes(file), new TypeReference<>() {});
  }

  private static JsonNode cases() throws IOException {
    JsonNode cases =
        JSON.readTree(Files.readAllBytes(Shared.require("models/dart/goldens.json"))).path("cases");
    assertThat(cases.size()).isPositive();
    return cases;
  }

  private static int[] ids(JsonNode array) {
    return IntStream.range(0, array.size()).map(i -> array.path(i).intValue()).toArray();
  }

  @Test
  void promptsSurviveTheRoundTripThroughText() throws IOException {
    for (JsonNode golden : cases()) {
      int[] prompt = ids(golden.path("prompt_ids"));
      for (Tokenizer tokenizer : List.of(fromJson, fromGguf)) {
        String text = tokenizer.decode(prompt, false);
        assertThat(text).contains(golden.path("user").asString());
        assertThat(tokenizer.encode(text, false, true)).containsExactly(prompt);
      }
    }
  }

  @Test
  void answersDecodeToTheReference() throws IOException {
    for (JsonNode golden : cases()) {
      int[] answer = ids(golden.path("answer_ids"));
      for (Tokenizer tokenizer : List.of(fromJson, fromGguf)) {
        assertThat(tokenizer.decode(answer, true)).isEqualTo(golden.path("answer").asString());
      }
    }
  }

  @Test
  void bothFormsAgreeOnManyTexts() throws IOException {
    assertThat(fromGguf.vocabSize()).isEqualTo(fromJson.vocabSize());
    for (int id = 0; id < fromJson.vocabSize(); id++) {
      assertThat(fromGguf.tokenBytes(id)).containsExactly(fromJson.tokenBytes(id));
      assertThat(fromGguf.isSpecial(id)).isEqualTo(fromJson.isSpecial(id));
    }
    for (String line : Files.readAllLines(Shared.require("goldens/tokenizer/smollm2.jsonl"))) {
      String text = JSON.readTree(line).path("text").asString();
      for (boolean parse : new boolean[] {true, false}) {
        int[] ids = fromJson.encode(text, false, parse);
        assertThat(fromGguf.encode(text, false, parse)).as(text).containsExactly(ids);
      }
      int[] plain = fromJson.encode(text, false, false);
      assertThat(fromJson.decode(plain, false)).isEqualTo(text);
    }
    assertThat(fromGguf.eosTokenIds()).isEqualTo(fromJson.eosTokenIds());
    assertThat(fromGguf.eosToken()).isEqualTo(fromJson.eosToken()).isEqualTo("<|im_end|>");
  }
}
