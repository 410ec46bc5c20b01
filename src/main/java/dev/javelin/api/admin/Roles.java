package dev.javelin.api.admin;

import dev.javelin.catalog.account.Role;
import dev.javelin.service.Problem;
import dev.javelin.service.ProblemException;

/** Roles on the wire. */
final class Roles {
  private Roles() {}

  /**
   * @throws ProblemException INVALID_REQUEST at {@code /role} if there is no such role
   */
  static Role of(String word) {
    return Role.of(word)
        .orElseThrow(
            () ->
                new ProblemException(
                    Problem.ofField(
                        "/role",
                        "role must be viewer, developer, operator, deployer or admin, but is '%s'"
                            .formatted(word))));
  }
}
