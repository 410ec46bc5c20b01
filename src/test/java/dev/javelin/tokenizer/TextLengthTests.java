package dev.javelin.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.checkpoint.Checkpoint;
import dev.javelin.checkpoint.Checkpoints;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class TextLengthTests {
  private static final Path DART = Path.of("models/dart/dart-20m-chat-q8_0.gguf");

  @Test
  void onlyATextThatHasMoreTokensIsSaidToHaveMore() {
    try (Checkpoint checkpoint = Checkpoints.open(DART);
        Tokenizer tokenizer = Tokenizers.fromGguf(checkpoint.metadata())) {
      for (String piece :
          new String[] {"a ", "What is a volcano? ", "<|im_end|>", "\u00e9\ud83c\udf0b"}) {
        String text = piece.repeat(600_000 / piece.length());
        int tokens = tokenizer.encode(text, false, true).length;
        assertThat(tokenizer.surelyExceeds(text, tokens)).as(piece).isFalse();
        assertThat(tokenizer.surelyExceeds(text, tokens / 2)).as(piece).isTrue();
      }
      assertThat(tokenizer.surelyExceeds("a ".repeat(50_000), 10)).isFalse();
    }
  }
}
