package dev.javelin.catalog;

import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTransientConnectionException;
import org.jspecify.annotations.Nullable;

/** Tells the failures that mean that the database does not answer from those that mean more. */
public final class DatabaseAway {
  /** The class of SQL states of a lost connection, as the SQL standard has it. */
  private static final String CONNECTION = "08";

  /** The same for PostgreSQL that shuts down or ends connections. */
  private static final String SHUTDOWN = "57P";

  private DatabaseAway() {}

  public static boolean is(Throwable failure) {
    for (@Nullable Throwable at = failure; at != null; at = at.getCause()) {
      if (at instanceof SQLTransientConnectionException
          || at instanceof SQLNonTransientConnectionException) {
        return true;
      }
      if (at instanceof SQLException sql && sql.getSQLState() != null) {
        String state = sql.getSQLState();
        return state.startsWith(CONNECTION) || state.startsWith(SHUTDOWN);
      }
    }
    return false;
  }
}
