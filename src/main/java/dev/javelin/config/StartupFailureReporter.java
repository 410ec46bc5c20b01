package dev.javelin.config;

import java.net.BindException;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootExceptionReporter;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.NestedExceptionUtils;

/**
 * Says in one line why the server did not start; without it {@link SpringApplication} prints a
 * trace.
 */
final class StartupFailureReporter implements SpringBootExceptionReporter {

  /**
   * <a href="https://h2database.com/javadoc/org/h2/api/ErrorCode.html">DATABASE_ALREADY_OPEN</a>.
   */
  private static final int H2_FILE_LOCKED = 90020;

  // Spring calls this constructor by its signature; the context may be absent on early failures.
  StartupFailureReporter(@Nullable ConfigurableApplicationContext context) {}

  @Override
  public boolean reportException(Throwable failure) {
    String line = explain(failure);
    if (line == null) {
      return false;
    }
    System.err.println("javelin: " + line);
    return true;
  }

  /** The line for a failure that a person can mend; null for any other. */
  static @Nullable String explain(Throwable failure) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      if (at instanceof StartupException) {
        return at.getMessage();
      }
      if (at instanceof PortInUseException port) {
        return "port %d is in use; stop what uses it or choose another with --port"
            .formatted(port.getPort());
      }
      if (at instanceof BindException) {
        return "cannot listen: " + at.getMessage() + "; check --host and --port";
      }
      if (at instanceof SQLException locked && locked.getErrorCode() == H2_FILE_LOCKED) {
        return "another Javelin uses this data directory; stop it or choose another with --data-dir";
      }
      if (at instanceof SQLException) {
        // Drivers quote an address that they cannot read.
        return "cannot open the database: "
            + Redaction.withoutPasswords(
                String.valueOf(NestedExceptionUtils.getMostSpecificCause(at).getMessage()));
      }
    }
    return null;
  }
}
