package dev.javelin.console;

import dev.javelin.catalog.account.Role;
import jakarta.validation.constraints.Size;

/** Somebody new who may log in. */
record PersonForm(@Size(min = 1, max = 64) String name, String role) {
  PersonForm {
    name = name == null ? "" : name;
    role = role == null ? "" : role;
  }

  /**
   * @throws IllegalArgumentException if there is no such role
   */
  Role chosenRole() {
    return role(role);
  }

  /**
   * @throws IllegalArgumentException if there is no such role
   */
  static Role role(String word) {
    return Role.of(word)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "role must be viewer, developer, operator, deployer or admin, but is '%s'"
                        .formatted(word)));
  }
}
