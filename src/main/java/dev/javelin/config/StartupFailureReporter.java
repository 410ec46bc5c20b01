package dev.javelin.config;

import java.net.BindException;
import java.sql.SQLException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.BeansException;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootExceptionReporter;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.context.ApplicationContextException;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.NestedExceptionUtils;
import reactor.netty.ChannelBindException;

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
    String setting = setting(failure);
    if (setting != null) {
      return setting;
    }
    for (Throwable at = failure; at != null; at = at.getCause()) {
      if (at instanceof StartupException) {
        return at.getMessage();
      }
      if (at instanceof PortInUseException port) {
        return "port %d is in use; stop what uses it or choose another with --port"
            .formatted(port.getPort());
      }
      if (at instanceof BindException || at instanceof ChannelBindException) {
        return "cannot listen: %s; check --host and --port".formatted(reason(at));
      }
      if (at instanceof SQLException locked && locked.getErrorCode() == H2_FILE_LOCKED) {
        return "another Javelin uses this data directory; stop it or choose another with --data-dir";
      }
      if (at instanceof SQLException) {
        // Drivers quote an address that they cannot read.
        return "cannot open the database: " + Redaction.withoutPasswords(reason(at));
      }
    }
    return failure instanceof ApplicationContextException && !ofABean(failure)
        ? "cannot listen: %s; check the settings server.*".formatted(reason(failure))
        : null;
  }

  /** What is made together with the web server may fail too; that is for a trace to tell. */
  private static boolean ofABean(Throwable failure) {
    for (Throwable at = failure.getCause(); at != null; at = at.getCause()) {
      if (at instanceof BeansException) {
        return true;
      }
    }
    return false;
  }

  /** The innermost setting whose value is none of its kind; null if that is not why. */
  private static @Nullable String setting(Throwable failure) {
    String line = null;
    for (Throwable at = failure; at != null; at = at.getCause()) {
      if (at instanceof org.springframework.boot.context.properties.bind.BindException bound) {
        ConfigurationProperty property = bound.getProperty();
        Class<?> type = bound.getTarget().getType().resolve();
        String allowed =
            type != null && type.isEnum()
                ? "it must be one of " + Arrays.toString(type.getEnumConstants())
                : reason(at);
        line =
            property == null
                ? "the settings %s are not valid: %s".formatted(bound.getName(), allowed)
                : "the setting %s is '%s': %s"
                    .formatted(bound.getName(), property.getValue(), allowed);
      }
    }
    return line;
  }

  private static String reason(Throwable failure) {
    return String.valueOf(NestedExceptionUtils.getMostSpecificCause(failure).getMessage());
  }
}
