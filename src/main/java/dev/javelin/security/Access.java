package dev.javelin.security;

import dev.javelin.catalog.account.Role;
import java.util.Locale;

/** The least that is needed to use a route. */
public enum Access {
  /** Nothing. */
  PUBLIC,
  /** Nothing on this machine (see {@link LocalAccess}); from elsewhere a viewer. */
  LOCAL,
  /** Nothing on this machine; from elsewhere any API key, or a developer who is logged in. */
  INFERENCE,
  /** A person or a key that is known, even if it may do nothing else yet. */
  KNOWN,
  VIEWER,
  DEVELOPER,
  OPERATOR,
  DEPLOYER,
  ADMIN;

  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The least role that has enough. */
  public Role leastRole() {
    for (Role role : Role.values()) {
      if (isCoveredBy(role)) {
        return role;
      }
    }
    throw new IllegalStateException("an administrator has enough for " + this);
  }

  /** Whether a person or a key with this role has enough. */
  boolean isCoveredBy(Role role) {
    return switch (this) {
      case PUBLIC, KNOWN -> true;
      case LOCAL, VIEWER -> role.covers(Role.VIEWER);
      case INFERENCE, DEVELOPER -> role.covers(Role.DEVELOPER);
      case OPERATOR -> role.covers(Role.OPERATOR);
      case DEPLOYER -> role.covers(Role.DEPLOYER);
      case ADMIN -> role.covers(Role.ADMIN);
    };
  }
}
