package dev.javelin.console;

import dev.javelin.catalog.account.Role;
import dev.javelin.security.Access;
import dev.javelin.security.Caller;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Why somebody does not see a page's contents, and who may.
 *
 * @param needs the role's word
 * @param has their role's word; empty if none
 * @param who their name; empty: they did not log in
 */
record Denied(String needs, String has, String who) {
  /** Null if they may. */
  static @Nullable Denied of(Caller caller, Access needed) {
    return caller.may(needed)
        ? null
        : new Denied(
            needed.name().toLowerCase(Locale.ROOT),
            caller.role().map(Role::word).orElse(""),
            caller instanceof Caller.Local ? "" : caller.name());
  }
}
