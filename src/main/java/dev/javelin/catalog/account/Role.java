package dev.javelin.catalog.account;

import java.util.Locale;
import java.util.Optional;

/** What a person or a key may do; each role may also do what those before it may. */
public enum Role {
  /** Sees state and figures. */
  VIEWER,
  /** Calls models and holds keys of its own. */
  DEVELOPER,
  /** Loads, unloads, cancels. */
  OPERATOR,
  /** Changes models, profiles and aliases. */
  DEPLOYER,
  /** Changes people, keys, quotas and settings. */
  ADMIN;

  public boolean covers(Role needed) {
    return compareTo(needed) >= 0;
  }

  /** The name on the wire and in the database. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The role with this word, in any case; empty if there is none. */
  public static Optional<Role> of(String word) {
    for (Role role : values()) {
      if (role.word().equalsIgnoreCase(word)) {
        return Optional.of(role);
      }
    }
    return Optional.empty();
  }
}
