package dev.javelin.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LauncherTests {
  private record Outcome(int exitCode, String text) {}

  @Test
  void helpNamesEveryCommand() throws Exception {
    Outcome outcome = javelin("help");
    assertThat(outcome.exitCode()).isZero();
    for (String command :
        List.of("serve", "test", "build", "bench", "generate", "inspect", "doctor", "help")) {
      assertThat(outcome.text()).contains("./javelin " + command);
    }
  }

  @Test
  void unknownCommandsAndOptionsAreNamedBeforeAnythingIsBuilt() throws Exception {
    assertRefused("'sevre'", "sevre");
    assertRefused("'--prot'", "serve", "--prot", "1");
    assertRefused("--port needs a value", "serve", "--port");
    assertRefused("--database-url needs a value", "serve", "--database-url=");
    assertRefused("'70000'", "serve", "--port", "70000");
    assertRefused("'gpu'", "serve", "--device", "gpu");
    assertRefused("KEY=VALUE", "serve", "--set", "nothing");
    assertRefused("'--quick'", "test", "--quick");
    assertRefused("'now'", "build", "now");
    assertRefused("--port is given twice", "serve", "--port", "1", "--port", "2");
    assertRefused("--model is given twice", "serve", "--model=a", "--model=b");
    assertRefused("'70000'", "serve", "--port=70000");
    assertRefused("KEY=VALUE", "serve", "--set=nothing");
  }

  @Test
  void everyCommandHasHelp() throws Exception {
    for (String command : List.of("serve", "test", "build", "help")) {
      Outcome outcome = javelin(command, "--help");
      assertThat(outcome.exitCode()).as(command).isZero();
      assertThat(outcome.text()).contains("./javelin " + command);
    }
  }

  @Test
  void theAddressOfTheDatabaseIsTheSettingThatTheServerShows() throws IOException {
    assertThat(Files.readString(Path.of("javelin"), StandardCharsets.UTF_8))
        .contains("--javelin.database-url=$2");
    assertThat(
            Files.readString(Path.of("src/main/resources/application.yml"), StandardCharsets.UTF_8))
        .contains("url: \"${javelin.database-url}\"");
  }

  @Test
  void ciRunsTheSameCommandAsAPerson() throws IOException {
    assertThat(Path.of("javelin")).isExecutable();
    assertThat(Path.of(".ci/run")).isExecutable();
    assertThat(Files.readString(Path.of(".ci/run"), StandardCharsets.UTF_8))
        .endsWith("exec ./javelin test\n");
  }

  private static void assertRefused(String reason, String... arguments) throws Exception {
    Outcome outcome = javelin(arguments);
    assertThat(outcome.exitCode()).as(outcome.text()).isEqualTo(2);
    assertThat(outcome.text()).contains(reason);
  }

  private static Outcome javelin(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("./javelin"));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Outcome(process.waitFor(), text);
  }
}
