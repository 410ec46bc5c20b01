package dev.javelin.api.admin;

import dev.javelin.catalog.account.Account;
import java.time.Instant;

/** A person without the password, as the API, the pages and the audit show them. */
public record UserView(
    String name, String role, boolean mustChangePassword, Instant createdAt, long revision) {
  public static UserView of(Account account) {
    return new UserView(
        account.name(),
        account.role().word(),
        account.mustChangePassword(),
        account.createdAt(),
        account.revision());
  }
}
