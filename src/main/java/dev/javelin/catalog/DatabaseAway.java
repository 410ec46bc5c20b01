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

  /** What the pool says, without a state, when a transaction's connection broke before its end. */
  private static final String CLOSED = "Connection is closed";

  private DatabaseAway() {}

  public static boolean is(Throwable failure) {
    for (@Nullable Throwable at = failure; at != null; at = at.getCause()) {
      if (at instanceof SQLTransientConnectionException
          || at instanceof SQLNonTransientConnectionException) {
        return true;
      }
      if (at instanceof SQLException sql) {
        String state = sql.getSQLState();
        return state == null
            ? CLOSED.equals(sql.getMessage())
            : state.startsWith(CONNECTION) || state.startsWith(SHUTDOWN);
      }
    }
    return false;
  }
}
