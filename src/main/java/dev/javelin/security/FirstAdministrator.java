package dev.javelin.security;

import dev.javelin.catalog.account.Accounts;
import dev.javelin.catalog.account.Role;
import org.springframework.boot.context.event.ApplicationStartedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.stereotype.Component;

/** Makes the account "admin" on a database that has none. */
@Component
final class FirstAdministrator {
  private static final String NAME = "admin";

  private final Accounts accounts;
  private final Passwords passwords;
  private final AdminPassword given;

  FirstAdministrator(Accounts accounts, Passwords passwords, AdminPassword given) {
    this.accounts = accounts;
    this.passwords = passwords;
    this.given = given;
  }

  /**
   * Before the server says that it is ready: who reads that may log in.
   *
   * <p>Prints the one-time password to the terminal, not to the log: logs are kept and shipped.
   *
   * @throws dev.javelin.catalog.CatalogException INVALID if the given password is too short or too
   *     long
   */
  @EventListener(ApplicationStartedEvent.class)
  void make() {
    if (!accounts.isEmpty()) {
      return;
    }
    boolean once = given.password().isEmpty();
    String password = once ? Passwords.fresh() : given.password();
    try {
      accounts.create(NAME, Role.ADMIN, passwords.hash(password), once);
    } catch (DataIntegrityViolationException e) {
      // Another server on the same database was first.
      return;
    }
    if (once) {
      System.out.printf(
          "Made the user %s with the one-time password %s (shown only now; to be changed at the first login)%n",
          NAME, password);
    }
  }
}
