package dev.javelin.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/**
 * Makes the data directory before the database opens, checks that one is named, and gives its
 * absolute path as {@code javelin.data-path}: H2 takes no other relative path than one that starts
 * with a dot.
 */
final class DataDirectory implements ApplicationListener<ApplicationEnvironmentPreparedEvent> {
  @Override
  public void onApplicationEvent(ApplicationEnvironmentPreparedEvent event) {
    ConfigurableEnvironment environment = event.getEnvironment();
    Path directory = Path.of(environment.getProperty("javelin.data-dir", "data")).toAbsolutePath();
    try {
      Files.createDirectories(directory);
      Files.delete(Files.createTempFile(directory, "write", ".probe"));
    } catch (IOException e) {
      throw new StartupException(
          "the data directory %s cannot be written; choose another with --data-dir"
              .formatted(directory),
          e);
    }
    environment
        .getPropertySources()
        .addLast(
            new MapPropertySource(
                "javelin-data",
                Map.of("javelin.data-path", directory.normalize().toString().replace('\\', '/'))));
    // Spring would open a database in memory instead, and all would be lost at the end.
    String database = environment.getProperty("javelin.database-url");
    if (database != null && !database.matches("jdbc:(h2|postgresql):.*")) {
      throw new StartupException(
          "the address of the database is '%s'; it must begin with jdbc:h2: or jdbc:postgresql:, as in jdbc:postgresql://localhost/javelin"
              .formatted(Redaction.withoutPasswords(database)));
    }
  }
}
