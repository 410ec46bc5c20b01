package dev.javelin.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.javelin.engine.LoadOptions;
import dev.javelin.engine.LoadReport;
import dev.javelin.engine.LoadedModel;
import dev.javelin.engine.request.EngineException;
import dev.javelin.fake.FakeEngine;
import dev.javelin.fake.FakeTokenizer;
import dev.javelin.model.ModelConfig;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PromptBuilderTests {
  private final PromptBuilder prompts = new PromptBuilder(Clock.systemUTC());

  /** A model of 100 tokens with a tokenizer of 257 and without a chat template. */
  private static LoadedModel model(String... warnings) {
    return new LoadedModel(
        Path.of("m"),
        new ModelConfig("llama", 100, 8, 16, 1, 1, 1, 8, 256, 1e-5f, true, Map.of()),
        new FakeTokenizer(),
        null,
        Map.of(),
        LoadOptions.DEFAULT,
        new LoadReport("fake", 1, 1, 1, List.of(), List.of(warnings)),
        new FakeEngine());
  }

  @Test
  void aTokenThatTheModelHasNoEmbeddingOfIsRefused() {
    assertThat(prompts.tokens(model(), DecodingSettings.NONE, new Prompt.Text("A", false)))
        .containsExactly('A');
    for (Prompt prompt : List.of(new Prompt.Text("Az", false), new Prompt.Tokens(List.of(122)))) {
      assertThatExceptionOfType(EngineException.class)
          .isThrownBy(() -> prompts.tokens(model(), DecodingSettings.NONE, prompt))
          .withMessageContaining("the token 122 of this text, but the model has only 100")
          .satisfies(refused -> assertThat(refused.parameter()).isEqualTo("prompt"));
    }
  }

  @Test
  void whyThereIsNoChatTemplateIsTold() {
    Prompt chat = new Prompt.Chat(List.of(), true, false, Map.of());
    assertThatExceptionOfType(EngineException.class)
        .isThrownBy(
            () ->
                prompts.tokens(
                    model("the chat template does not compile: line 3"),
                    DecodingSettings.NONE,
                    chat))
        .withMessage(
            "the chat template does not compile: line 3; use /v1/completions with a prompt");
  }
}
