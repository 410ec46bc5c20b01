package dev.javelin.console;

import dev.javelin.api.admin.UserView;
import org.jspecify.annotations.Nullable;

/**
 * Somebody whom another administrator changed while this one was about to.
 *
 * @param now as they are since then
 * @param role that this one chose; null: they were to be deleted
 */
record StalePerson(UserView now, @Nullable String role) {
  /** Whether a row of the table is theirs. Public, as templates need. */
  public boolean is(UserView person) {
    return role != null && now.name().equals(person.name());
  }
}
