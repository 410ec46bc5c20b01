package dev.javelin.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.unit.DataSize;

class ModelRootsTests {
  @TempDir Path folder;
  private Path root;
  private Path secret;
  private ModelRoots roots;

  @BeforeEach
  void make() throws IOException {
    root = Files.createDirectories(folder.resolve("models")).toRealPath();
    secret = Files.writeString(folder.resolve("secret.gguf"), "secret").toRealPath();
    roots =
        new ModelRoots(
            new ServingProperties(
                List.of(root),
                "",
                DataSize.ofMegabytes(1),
                Duration.ofHours(1),
                "https://hub.invalid",
                "",
                false,
                Duration.ofMillis(1),
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                DataSize.ofMegabytes(1),
                5,
                Duration.ofSeconds(1)),
            folder.resolve("data").toString(),
            folder.resolve("home").toString());
  }

  @Test
  void whatIsBelowARootIsAllowedAndTold() throws IOException {
    Path file = Files.writeString(root.resolve("a.gguf"), "a");
    assertThat(roots.checked(file.toString())).isEqualTo(file);
    assertThat(roots.checked(root.resolve("x/../a.gguf").normalize().toString())).isEqualTo(file);
    Path link = Files.createSymbolicLink(root.resolve("link.gguf"), file);
    assertThat(roots.checked(link.toString())).isEqualTo(file);
  }

  @Test
  void nothingLeadsOut() throws IOException {
    Files.createSymbolicLink(root.resolve("out.gguf"), secret);
    Files.createSymbolicLink(root.resolve("up"), folder);
    Path inside = Files.createDirectories(root.resolve("model"));
    Files.writeString(inside.resolve("config.json"), "{}");
    Files.createSymbolicLink(inside.resolve("weights.safetensors"), secret);
    for (String path :
        List.of(
            secret.toString(),
            root + "/../secret.gguf",
            root.resolve("out.gguf").toString(),
            root.resolve("up/secret.gguf").toString(),
            inside.toString(),
            "/etc/passwd",
            "models/a.gguf",
            "//server/share/a.gguf",
            "\\\\server\\share\\a.gguf",
            root + "-other/a.gguf",
            root + "/a\0.gguf")) {
      assertThatThrownBy(() -> roots.checked(path))
          .as(path)
          .isInstanceOfSatisfying(
              ProblemException.class,
              e -> assertThat(e.problem().type()).isEqualTo(Problem.Type.INVALID_REQUEST));
    }
  }

  @Test
  void whatIsThereAndWhatIsNotLookAlikeFromOutside() {
    String there = message(secret.toString());
    assertThat(message(folder.resolve("nothing.gguf").toString())).isEqualTo(there);
  }

  private String message(String path) {
    try {
      return roots.checked(path).toString();
    } catch (ProblemException e) {
      return e.problem().detail();
    }
  }
}
