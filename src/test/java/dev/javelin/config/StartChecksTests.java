package dev.javelin.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.bootstrap.DefaultBootstrapContext;
import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.boot.env.OriginTrackedMapPropertySource;
import org.springframework.core.env.SimpleCommandLinePropertySource;
import org.springframework.core.env.StandardEnvironment;

/** What is checked before a server begins to start. */
class StartChecksTests {
  @TempDir Path directory;

  private static ApplicationEnvironmentPreparedEvent started(StandardEnvironment environment) {
    return new ApplicationEnvironmentPreparedEvent(
        new DefaultBootstrapContext(), new SpringApplication(), new String[0], environment);
  }

  private static StandardEnvironment environment(String... arguments) {
    StandardEnvironment environment = new StandardEnvironment();
    environment.getPropertySources().addFirst(new SimpleCommandLinePropertySource(arguments));
    return environment;
  }

  @Test
  void aSettingThatThereIsNotIsRefusedWithThoseLikeIt() {
    UnknownSettings check = new UnknownSettings();
    check.onApplicationEvent(
        started(
            environment(
                "--javelin.max-body=1MB",
                "--javelin.maxBody=1MB",
                "--javelin.serving.model-roots[0]=a",
                "--logging.level.dev.javelin=debug")));
    assertThatExceptionOfType(StartupException.class)
        .isThrownBy(
            () ->
                check.onApplicationEvent(started(environment("--javelin.serving.memory-resrve=1"))))
        .withMessageContaining("'javelin.serving.memory-resrve'")
        .withMessageContaining("javelin.serving.memory-reserve")
        .withMessageNotContaining("javelin.max-body");
    StandardEnvironment file = new StandardEnvironment();
    file.getPropertySources()
        .addFirst(new OriginTrackedMapPropertySource("a file", Map.of("javelin.max-bdy", "1MB")));
    assertThatExceptionOfType(StartupException.class)
        .isThrownBy(() -> check.onApplicationEvent(started(file)))
        .withMessageContaining("'javelin.max-bdy'")
        .withMessageContaining("javelin.max-body");
  }

  @Test
  void withoutADatabaseNothingStarts() {
    DataDirectory check = new DataDirectory();
    String here = "--javelin.data-dir=" + directory;
    StandardEnvironment good =
        environment(here, "--javelin.database-url=jdbc:h2:file:${javelin.data-path}/a");
    check.onApplicationEvent(started(good));
    assertThat(good.getProperty("javelin.database-url")).startsWith("jdbc:h2:file:/");
    for (String wrong :
        new String[] {"", "postgresql://u:planted@localhost/javelin", "jdbc:mysql://a/b"}) {
      assertThatExceptionOfType(StartupException.class)
          .isThrownBy(
              () ->
                  check.onApplicationEvent(
                      started(environment(here, "--javelin.database-url=" + wrong))))
          .withMessageContaining("must begin with jdbc:h2: or jdbc:postgresql:")
          .withMessageNotContaining("planted");
    }
  }

  @Test
  void theAddressThatIsPrintedCanBeOpened() {
    assertThat(Startup.url(false, "127.0.0.1", 8080)).isEqualTo("http://127.0.0.1:8080/");
    assertThat(Startup.url(true, "0.0.0.0", 8443)).isEqualTo("https://localhost:8443/");
    assertThat(Startup.url(false, "::1", 1)).isEqualTo("http://[::1]:1/");
    assertThat(Startup.url(false, "::", 1)).isEqualTo("http://localhost:1/");
  }
}
