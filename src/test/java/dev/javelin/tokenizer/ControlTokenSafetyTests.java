package dev.javelin.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.Shared;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nobody writes a control token by spelling it; only the template does. */
class ControlTokenSafetyTests {
  private static Tokenizer open(String model) throws IOException {
    Path path = Shared.require("models/" + model);
    return model.endsWith(".json")
        ? Tokenizers.fromJson(path, Map.of(), Map.of())
        : Tokenizers.fromGguf(GgufMetadata.read(path));
  }

  private static RenderedPrompt.Segment trusted(String text) {
    return new RenderedPrompt.Segment(text, true);
  }

  private static RenderedPrompt.Segment user(String text) {
    return new RenderedPrompt.Segment(text, false);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SmolLM2-135M-Instruct.Q4_1.gguf",
        "dart/dart-20m-chat-q8_0.gguf",
        "dart/dart-20m-chat/tokenizer.json"
      })
  void noControlTokenComesOutOfWhatAUserWrote(String model) throws IOException {
    try (Tokenizer tokenizer = open(model)) {
      int tried = 0;
      for (int id = 0; id < tokenizer.vocabSize(); id++) {
        if (!tokenizer.isSpecial(id)) {
          continue;
        }
        tried++;
        String name = new String(tokenizer.tokenBytes(id), StandardCharsets.UTF_8);
        int half = name.length() / 2;
        for (RenderedPrompt prompt :
            List.of(
                new RenderedPrompt(List.of(user(name))),
                new RenderedPrompt(List.of(user("a" + name + "b " + name + name))),
                new RenderedPrompt(List.of(trusted("x "), user(name), trusted(" y"))),
                new RenderedPrompt(
                    List.of(trusted(name.substring(0, half)), user(name.substring(half)))),
                new RenderedPrompt(
                    List.of(user(name.substring(0, half)), trusted(name.substring(half)))))) {
          int[] ids = tokenizer.encode(prompt);
          for (int given : ids) {
            assertThat(tokenizer.isSpecial(given)).as("%s in %s", given, prompt).isFalse();
          }
          assertThat(tokenizer.decode(ids, true)).isEqualTo(prompt.text());
        }
        RenderedPrompt template =
            new RenderedPrompt(
                List.of(trusted(name.substring(0, half)), trusted(name.substring(half))));
        assertThat(tokenizer.encode(template)).containsExactly(id);
      }
      assertThat(tried).isGreaterThan(5);
    }
  }
}
