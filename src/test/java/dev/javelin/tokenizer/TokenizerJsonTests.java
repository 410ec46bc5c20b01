package dev.javelin.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a tokenizer.json asks for beside plain text. */
class TokenizerJsonTests {
  private static final String METASPACE =
      """
      {"version":"1.0","truncation":{"direction":"Right","max_length":4,"strategy":"LongestFirst",
        "stride":0},"padding":null,
       "added_tokens":[
        {"id":0,"content":"<s>","single_word":false,"lstrip":false,"rstrip":false,
         "normalized":false,"special":true},
        {"id":6,"content":"<end>","single_word":false,"lstrip":false,"rstrip":true,
         "normalized":false,"special":true},
        {"id":9,"content":"<tool>","single_word":false,"lstrip":false,"rstrip":false,
         "normalized":false,"special":false}],
       "normalizer":null,
       "pre_tokenizer":{"type":"Metaspace","replacement":"\u2581","prepend_scheme":"first",
         "split":false},
       "post_processor":{"type":"TemplateProcessing",
         "single":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],
         "pair":[{"Sequence":{"id":"A","type_id":0}},{"Sequence":{"id":"B","type_id":1}}],
         "special_tokens":{"<s>":{"id":"<s>","ids":[0],"tokens":["<s>"]}}},
       "decoder":{"type":"Metaspace","replacement":"\u2581","prepend_scheme":"first",
         "split":false},
       "model":{"type":"BPE","dropout":null,"unk_token":null,"continuing_subword_prefix":null,
         "end_of_word_suffix":null,"fuse_unk":false,"byte_fallback":false,"ignore_merges":false,
         "vocab":{"<s>":0,"\u2581":1,"a":2,"b":3,"\u2581a":4,"<":5,"s":7,">":8},
         "merges":["\u2581 a"]}}
      """;

  @TempDir private Path folder;

  private Tokenizer open(Map<String, Object> config, Map<String, Object> generation)
      throws IOException {
    Path file = folder.resolve("tokenizer.json");
    Files.writeString(file, METASPACE);
    return Tokenizers.fromJson(file, config, generation);
  }

  @Test
  void aSpaceThatOnlyTheBeginningGetsIsNotPutBehindAControlToken() throws IOException {
    try (Tokenizer tokenizer = open(Map.of(), Map.of())) {
      assertThat(tokenizer.encode("ab", false, true)).containsExactly(4, 3);
      assertThat(tokenizer.encode("a<s>a", false, true)).containsExactly(4, 0, 2);
      assertThat(tokenizer.encode("<s>a a", false, true)).containsExactly(0, 2, 4);
      assertThat(tokenizer.decode(new int[] {4, 3}, true)).isEqualTo("ab");
    }
  }

  @Test
  void thePostProcessorSurroundsTheTextOnlyWhenAsked() throws IOException {
    try (Tokenizer tokenizer = open(Map.of(), Map.of())) {
      assertThat(tokenizer.encode("a", true, true)).containsExactly(0, 4);
      assertThat(tokenizer.encode("", true, true)).containsExactly(0);
    }
  }

  @Test
  void aTokenOutsideTheModelKeepsItsIdWithoutTheControlTokens() throws IOException {
    try (Tokenizer tokenizer = open(Map.of(), Map.of())) {
      assertThat(tokenizer.encode("a<tool>", false, false)).containsExactly(4, 9);
      assertThat(tokenizer.vocabSize()).isEqualTo(10);
      assertThat(tokenizer.isSpecial(9)).isFalse();
    }
  }

  @Test
  void aControlTokenMayTakeTheWhiteSpaceBehindIt() throws IOException {
    try (Tokenizer tokenizer = open(Map.of(), Map.of())) {
      assertThat(tokenizer.encode("<end> \n a", false, true)).containsExactly(6, 2);
    }
  }

  @Test
  void whatTheFileSaysAboutTruncationDoesNotCutAPrompt() throws IOException {
    try (Tokenizer tokenizer = open(Map.of(), Map.of())) {
      assertThat(tokenizer.encode("a" + "b".repeat(5000), false, false)).hasSize(5001);
    }
  }

  @Test
  void endsComeFromBothConfigurations() throws IOException {
    try (Tokenizer tokenizer =
        open(Map.of("eos_token_id", List.of(6, 5), "bos_token_id", 0), Map.of("eos_token_id", 8))) {
      assertThat(tokenizer.eosTokenIds()).containsExactlyInAnyOrder(5, 6, 8);
      assertThat(tokenizer.eosToken()).isEqualTo("<end>");
      assertThat(tokenizer.bosToken()).isEqualTo("<s>");
      assertThat(tokenizer.bosTokenId()).hasValue(0);
    }
  }

  @Test
  void anEndThatIsNoTokenIsRefusedAndMinusOneIsNone() throws IOException {
    try (Tokenizer tokenizer = open(Map.of("bos_token_id", -1, "eos_token_id", -1), Map.of())) {
      assertThat(tokenizer.eosTokenIds()).isEmpty();
    }
    for (Map<String, Object> config :
        List.<Map<String, Object>>of(Map.of("eos_token_id", 10), Map.of("bos_token_id", 10))) {
      assertThatThrownBy(() -> open(config, Map.of()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("is 10; there are tokens 0 to 9");
    }
  }

  @Test
  void aModelsPaddingBehindTheVocabularyIsNoText() throws IOException {
    try (Tokenizer tokenizer = open(Map.of(), Map.of())) {
      assertThat(tokenizer.decode(new int[] {4, 5000}, true)).isEqualTo("a");
      assertThatThrownBy(() -> tokenizer.tokenBytes(-1))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void manyThreadsGetWhatOneGets() throws Exception {
    List<String> texts =
        IntStream.range(0, 64).mapToObj(i -> "a".repeat(i) + "<s>" + "b a".repeat(i)).toList();
    try (Tokenizer tokenizer = open(Map.of(), Map.of());
        ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<int[]> expected =
          texts.stream().map(text -> tokenizer.encode(text, true, true)).toList();
      List<Future<Boolean>> results =
          IntStream.range(0, 2000)
              .mapToObj(
                  i ->
                      threads.submit(
                          () -> {
                            int[] ids = tokenizer.encode(texts.get(i % 64), true, true);
                            assertThat(ids).containsExactly(expected.get(i % 64));
                            assertThat(tokenizer.decode(ids, false))
                                .isEqualTo(tokenizer.decode(expected.get(i % 64), false));
                            return true;
                          }))
              .toList();
      for (Future<Boolean> result : results) {
        assertThat(result.get()).isTrue();
      }
    }
  }

  @Test
  void aClosedTokenizerSaysSo() throws IOException {
    Tokenizer tokenizer = open(Map.of(), Map.of());
    tokenizer.close();
    tokenizer.close();
    assertThatThrownBy(() -> tokenizer.encode("a", false, false))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void aFileThatIsNoTokenizerIsRefused() throws IOException {
    Path file = folder.resolve("tokenizer.json");
    for (String json : List.of("", "[]", "{}", "{\"model\":{}}", "{\"model\":")) {
      Files.writeString(file, json);
      assertThatThrownBy(() -> Tokenizers.fromJson(file, Map.of(), Map.of()))
          .as(json)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
