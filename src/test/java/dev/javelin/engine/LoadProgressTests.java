package dev.javelin.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.javelin.backend.cpu.CpuBackend;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;

class LoadProgressTests {
  private static final Path MODEL = Path.of("models/dart/dart-20m-chat-q8_0.gguf");
  private final EngineFactory engines = new EngineFactory(CpuBackend::create);

  /** Notes what it hears, and gives up once half of the weights are packed if it is to. */
  private static final class Notes implements LoadProgress {
    final List<String> stages = new ArrayList<>();
    final List<Double> parts = new ArrayList<>();
    boolean givesUp;

    @Override
    public void stage(String name) {
      stages.add(name);
    }

    @Override
    public void done(double part) {
      parts.add(part);
      if (givesUp && part >= 0.5) {
        throw new CancellationException("enough");
      }
    }
  }

  @Test
  void aLoadNamesItsStagesAndTellsHowFarThePackingIs() {
    Notes notes = new Notes();
    try (LoadedModel model = engines.open(MODEL, LoadOptions.DEFAULT, notes)) {
      assertThat(notes.parts)
          .hasSize(model.config().numLayers())
          .isSorted()
          .doesNotHaveDuplicates();
      assertThat(notes.parts.getFirst()).isPositive();
      assertThat(notes.parts.getLast()).isLessThan(1);
    }
    assertThat(notes.stages)
        .containsExactly(
            "reading dart-20m-chat-q8_0.gguf",
            "building the tokenizer",
            "packing weights",
            "allocating the KV cache");
  }

  @Test
  void whoGivesUpInTheMiddleEndsTheLoad() {
    Notes notes = new Notes();
    notes.givesUp = true;
    assertThatThrownBy(() -> engines.open(MODEL, LoadOptions.DEFAULT, notes).close())
        .isInstanceOf(CancellationException.class)
        .hasMessage("enough");
    assertThat(notes.stages).doesNotContain("allocating the KV cache");
    assertThat(notes.parts.getLast()).isBetween(0.5, 0.99);
  }
}
