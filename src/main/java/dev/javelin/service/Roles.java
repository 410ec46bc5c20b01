package dev.javelin.service;

import dev.javelin.catalog.account.Role;

/** Roles by the words that requests and forms give. */
public final class Roles {
  private Roles() {}

  /**
   * @throws ProblemException INVALID_REQUEST at {@code /role} if there is no such role
   */
  public static Role of(String word) {
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
