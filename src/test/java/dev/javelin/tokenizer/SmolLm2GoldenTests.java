package dev.javelin.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.Shared;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** SmolLM2's tokenizer out of its GGUF against llama.cpp, every row. */
class SmolLm2GoldenTests {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static Tokenizer tokenizer;

  @BeforeAll
  static void open() throws IOException {
    Path file = Shared.require("models/SmolLM2-135M-Instruct.Q4_1.gguf");
    tokenizer = Tokenizers.fromGguf(GgufMetadata.read(file));
  }

  @AfterAll
  static void close() {
    if (tokenizer != null) {
      tokenizer.close();
    }
  }

  private static List<JsonNode> rows(String file) throws IOException {
    List<JsonNode> rows = new ArrayList<>();
    for (String line : Files.readAllLines(Shared.require("goldens/tokenizer/" + file))) {
      rows.add(JSON.readTree(line));
    }
    return rows;
  }

  private static int[] ids(JsonNode array) {
    return IntStream.range(0, array.size()).map(i -> array.path(i).intValue()).toArray();
  }

  @Test
  void everyTextGivesTheIdsOfTheReference() throws IOException {
    List<JsonNode> rows = rows("smollm2.jsonl");
    assertThat(rows).hasSize(442);
    for (JsonNode row : rows) {
      String text = row.path("text").asString();
      boolean parse = row.path("parse_special").booleanValue();
      assertThat(tokenizer.encode(text, false, parse))
          .as("%s, parse_special %s", text, parse)
          .containsExactly(ids(row.path("ids")));
    }
  }

  @Test
  void everyRowDecodesToTheTextOfTheReference() throws IOException {
    for (JsonNode row : rows("smollm2.jsonl")) {
      assertThat(tokenizer.decode(ids(row.path("ids")), false))
          .isEqualTo(row.path("decoded").asString());
    }
  }

  @Test
  void textStreamedTokenByTokenIsTheWholeText() throws IOException {
    for (JsonNode row : rows("smollm2.jsonl")) {
      for (boolean skip : new boolean[] {true, false}) {
        StringBuilder streamed = new StringBuilder();
        IncrementalDecoder decoder = tokenizer.decoder(skip);
        for (int id : ids(row.path("ids"))) {
          String piece = decoder.next(id);
          assertThat(
                  piece.isEmpty() || !Character.isHighSurrogate(piece.charAt(piece.length() - 1)))
              .isTrue();
          streamed.append(piece);
        }
        streamed.append(decoder.flush());
        assertThat(streamed.toString()).isEqualTo(tokenizer.decode(ids(row.path("ids")), skip));
        if (!skip) {
          assertThat(streamed.toString()).isEqualTo(row.path("decoded").asString());
        }
      }
    }
  }

  @Test
  void everyTokenHasTheBytesOfTheReference() throws IOException {
    List<JsonNode> rows = rows("smollm2_pieces.jsonl");
    assertThat(rows).isNotEmpty();
    for (JsonNode row : rows) {
      int[] ids = ids(row.path("ids"));
      for (int i = 0; i < ids.length; i++) {
        assertThat(HexFormat.of().formatHex(tokenizer.tokenBytes(ids[i])))
            .as("token %s", ids[i])
            .isEqualTo(row.path("piece_hex").path(i).asString());
      }
      assertThat(tokenizer.decode(ids, true))
          .isEqualTo(row.path("decoded_skip_special").asString());
    }
  }

  @Test
  void aPromptInAnyCutIsTheReferenceForTheWholeText() throws IOException {
    for (JsonNode row : rows("smollm2.jsonl")) {
      String text = row.path("text").asString();
      boolean trusted = row.path("parse_special").booleanValue();
      int middle = text.length() / 2;
      RenderedPrompt prompt =
          new RenderedPrompt(
              List.of(
                  new RenderedPrompt.Segment(text.substring(0, middle), trusted),
                  new RenderedPrompt.Segment("", !trusted),
                  new RenderedPrompt.Segment(text.substring(middle), trusted)));
      assertThat(tokenizer.encode(prompt)).containsExactly(ids(row.path("ids")));
    }
  }

  @Test
  void knowsWhatEndsAnAnswer() {
    assertThat(tokenizer.eosToken()).isEqualTo("<|im_end|>");
    assertThat(tokenizer.eosTokenIds()).contains(2, 0);
    assertThat(tokenizer.vocabSize()).isEqualTo(49152);
    assertThat(tokenizer.isSpecial(2)).isTrue();
    assertThat(tokenizer.isSpecial(81)).isFalse();
  }
}
