package dev.javelin.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KnownCheckpointsTests {
  @TempDir Path folder;
  private final KnownCheckpoints<String> known = new KnownCheckpoints<>();
  private int reads;

  private String read(Path file) {
    reads++;
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aFileIsReadOnceUntilItOrWhatLiesBesideItChanges() throws IOException {
    Path file = Files.writeString(folder.resolve("model.gguf"), "one");
    Files.setLastModifiedTime(file, FileTime.fromMillis(1_000));
    assertThat(known.get(file, this::read)).isEqualTo("one");
    assertThat(known.get(file, this::read)).isEqualTo("one");
    assertThat(reads).isEqualTo(1);

    Files.writeString(file, "two");
    Files.setLastModifiedTime(file, FileTime.fromMillis(2_000));
    assertThat(known.get(file, this::read)).isEqualTo("two");
    Path beside = Files.writeString(folder.resolve("config.json"), "{}");
    Files.setLastModifiedTime(beside, FileTime.fromMillis(1_500));
    known.get(file, this::read);
    known.get(file, this::read);
    assertThat(reads).isEqualTo(3);
  }

  @Test
  void whatCannotBeReadIsTriedAgain() throws IOException {
    Path file = folder.resolve("later").resolve("model.gguf");
    assertThatThrownBy(() -> known.get(file, this::read)).isInstanceOf(UncheckedIOException.class);
    Files.createDirectory(folder.resolve("later"));
    Files.writeString(file, "here");
    assertThat(known.get(file, this::read)).isEqualTo("here");
  }

  @Test
  void onlyTheLastOnesAreKept() throws IOException {
    for (int i = 0; i < 40; i++) {
      Path own = Files.createDirectory(folder.resolve("folder-" + i));
      known.get(Files.writeString(own.resolve("model.gguf"), "x"), this::read);
    }
    for (int i = 39; i >= 0; i--) {
      known.get(folder.resolve("folder-" + i).resolve("model.gguf"), this::read);
    }
    assertThat(reads).isEqualTo(40 + 40 - 16);
  }
}
