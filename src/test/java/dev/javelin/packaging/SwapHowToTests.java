package dev.javelin.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.fake.TestPostgres;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pages docs/howto/swap-a-model.md and docs/howto/upload-a-model.md work as pasted. */
class SwapHowToTests {
  private static final Path PAGE = Path.of("docs/howto/swap-a-model.md");
  private static final Path UPLOADS = Path.of("docs/howto/upload-a-model.md");
  private static final Pattern BLOCK = Pattern.compile("(?s)```bash\n(.*?)```");

  @TempDir Path directory;

  @Test
  void thePageWorksAsPastedOnH2() throws Exception {
    pasted();
  }

  @Test
  void thePageWorksAsPastedOnPostgres() throws Exception {
    try (EmbeddedPostgres postgres = TestPostgres.start()) {
      pasted("--javelin.database-url=" + postgres.getJdbcUrl("postgres", "postgres"));
    }
  }

  @Test
  void theUploadsPageWorksAsPasted() throws Exception {
    Files.copy(Path.of("models/dart/dart-20m-chat-q8_0.gguf"), directory.resolve("model.gguf"));
    run(
        blocks(PAGE).getFirst() + String.join("", blocks(UPLOADS)),
        List.of("\"source\":\"upload:"));
  }

  private void pasted(String... options) throws Exception {
    Files.createSymbolicLink(directory.resolve("models"), Path.of("models").toAbsolutePath());
    List<String> blocks = blocks(PAGE);
    assertThat(blocks).hasSizeGreaterThan(5);
    run(
        String.join("", blocks),
        List.of("\"fits\":true", "Tokyo", "42", "LOAD_THEN_SWITCH", "as it was"),
        options);
  }

  private void run(String pasted, List<String> expected, String... options) throws Exception {
    String[] arguments = new String[options.length + 4];
    arguments[0] = "--server.port=0";
    arguments[1] = "--javelin.home=" + Path.of("").toAbsolutePath();
    arguments[2] = "--javelin.data-dir=" + directory.resolve("data");
    arguments[3] = "--javelin.admin.password=correct horse battery";
    System.arraycopy(options, 0, arguments, 4, options.length);
    try (ServerProcess server = new ServerProcess(arguments)) {
      String script = pasted.replace("http://127.0.0.1:8080", server.url());
      Process shell =
          new ProcessBuilder("bash", "-euo", "pipefail", "-c", script)
              .directory(directory.toFile())
              .redirectErrorStream(true)
              .start();
      String output = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(shell.waitFor()).as(output + server.output()).isZero();
      assertThat(output).contains(expected);
    }
  }

  private static List<String> blocks(Path page) throws IOException {
    Matcher block = BLOCK.matcher(Files.readString(page));
    List<String> blocks = new ArrayList<>();
    while (block.find()) {
      blocks.add(block.group(1) + '\n');
    }
    return blocks;
  }
}
