package dev.javelin.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** docs/howto/swap-a-model.md works as pasted. */
class SwapHowToTests {
  private static final Path PAGE = Path.of("docs/howto/swap-a-model.md");
  private static final Pattern BLOCK = Pattern.compile("(?s)```bash\n(.*?)```");

  @TempDir Path directory;

  @Test
  void thePageWorksAsPastedOnH2() throws Exception {
    pasted();
  }

  @Test
  void thePageWorksAsPastedOnPostgres() throws Exception {
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start()) {
      pasted("--spring.datasource.url=" + postgres.getJdbcUrl("postgres", "postgres"));
    }
  }

  private void pasted(String... options) throws Exception {
    Files.createSymbolicLink(directory.resolve("models"), Path.of("models").toAbsolutePath());
    String[] arguments = new String[options.length + 4];
    arguments[0] = "--server.port=0";
    arguments[1] = "--javelin.home=" + Path.of("").toAbsolutePath();
    arguments[2] = "--javelin.data-dir=" + directory.resolve("data");
    arguments[3] = "--javelin.admin.password=correct horse battery";
    System.arraycopy(options, 0, arguments, 4, options.length);
    try (ServerProcess server = new ServerProcess(arguments)) {
      String script = script().replace("http://127.0.0.1:8080", server.url());
      Process shell =
          new ProcessBuilder("bash", "-euo", "pipefail", "-c", script)
              .directory(directory.toFile())
              .redirectErrorStream(true)
              .start();
      String output = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(shell.waitFor()).as(output + server.output()).isZero();
      assertThat(output).contains("\"fits\":true", "Tokyo", "42", "LOAD_THEN_SWITCH", "as it was");
    }
  }

  private static String script() throws IOException {
    StringBuilder script = new StringBuilder();
    Matcher block = BLOCK.matcher(Files.readString(PAGE));
    int blocks = 0;
    while (block.find()) {
      script.append(block.group(1)).append('\n');
      blocks++;
    }
    assertThat(blocks).isGreaterThan(5);
    return script.toString();
  }
}
