package dev.javelin.fake;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.time.Duration;

/** Starts a PostgreSQL of a test's own, however slow the machine and whatever its language. */
public final class TestPostgres {
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private TestPostgres() {}

  /** To be closed by the caller. */
  public static EmbeddedPostgres start() throws IOException {
    return EmbeddedPostgres.builder()
        .setPGStartupWait(PATIENCE)
        .setLocaleConfig("locale", "C")
        .start();
  }
}
