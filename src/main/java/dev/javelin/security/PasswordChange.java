package dev.javelin.security;

import dev.javelin.catalog.account.Accounts;
import org.springframework.stereotype.Service;

/** Lets people change their own password. */
@Service
public final class PasswordChange {
  private final Accounts accounts;
  private final Passwords passwords;
  private final LoginThrottle throttle;
  private final Identities identities;

  PasswordChange(
      Accounts accounts, Passwords passwords, LoginThrottle throttle, Identities identities) {
    this.accounts = accounts;
    this.passwords = passwords;
    this.throttle = throttle;
    this.identities = identities;
  }

  /**
   * Blocks on the database.
   *
   * @throws IllegalArgumentException if the caller has no password here, the old one is wrong, or
   *     the new one is too short, too long or the same
   */
  public void change(Caller caller, String old, String next) {
    if (!(caller instanceof Caller.User user)) {
      throw new IllegalArgumentException(caller.name() + " has no password");
    }
    String hash = accounts.passwordHash(user.account()).orElse(null);
    throttle.admit(user.account());
    boolean right = passwords.matches(old, hash);
    throttle.note(user.account(), right);
    if (!right) {
      throw new IllegalArgumentException("the old password is wrong");
    }
    if (next.equals(old)) {
      throw new IllegalArgumentException("the new password is the old one");
    }
    accounts.changePassword(user.account(), passwords.hash(next), false);
    identities.forget(user.account());
  }
}
