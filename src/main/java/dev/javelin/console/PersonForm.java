package dev.javelin.console;

import dev.javelin.catalog.Revision;
import dev.javelin.catalog.account.Role;
import dev.javelin.service.ProblemException;
import dev.javelin.service.Roles;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who may log in.
 *
 * @param revision of the account that is changed, as it was seen; null for somebody new
 */
record PersonForm(@Size(min = 1, max = 64) String name, String role, @Nullable Long revision) {
  static final PersonForm EMPTY = new PersonForm("", "", null);

  PersonForm {
    name = name == null ? "" : name;
    role = role == null ? "" : role;
  }

  /**
   * The state that the change is meant for.
   *
   * @throws ProblemException PRECONDITION_REQUIRED if the form does not say
   */
  Revision seen() {
    return Forms.seen(revision);
  }

  /**
   * @throws ProblemException INVALID_REQUEST if there is no such role
   */
  Role chosenRole() {
    return Roles.of(role);
  }
}
