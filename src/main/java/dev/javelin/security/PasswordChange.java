package dev.javelin.security;

import dev.javelin.catalog.CatalogException;
import dev.javelin.catalog.account.Accounts;
import java.util.Locale;
import org.springframework.security.authentication.LockedException;
import org.springframework.stereotype.Service;

/** Lets people change their own password. */
@Service
public final class PasswordChange {
  /** Why a password stays as it is. */
  public enum Reason {
    NO_PASSWORD,
    THROTTLED,
    OLD_WRONG,
    SAME,
    LENGTH;

    /** As in {@code old_wrong}. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The message is for the caller. */
  public static final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    Refused(Reason reason, String message) {
      super(message);
      this.reason = reason;
    }

    public Reason reason() {
      return reason;
    }
  }

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
   * @throws Refused if the caller has no password here, the old one is wrong, or the new one is too
   *     short, too long or the same, or too many were wrong lately
   */
  public void change(Caller caller, String old, String next) {
    if (!(caller instanceof Caller.User user)) {
      throw new Refused(Reason.NO_PASSWORD, caller.name() + " has no password");
    }
    String hash = accounts.passwordHash(user.account()).orElse(null);
    try {
      throttle.admit(user.account());
    } catch (LockedException e) {
      throw new Refused(Reason.THROTTLED, String.valueOf(e.getMessage()));
    }
    boolean right = passwords.matches(old, hash);
    throttle.note(user.account(), right);
    if (!right) {
      throw new Refused(Reason.OLD_WRONG, "the old password is wrong");
    }
    if (next.equals(old)) {
      throw new Refused(Reason.SAME, "the new password is the old one");
    }
    accounts.changePassword(user.account(), hash(next), false);
    identities.forget(user.account());
  }

  private String hash(String password) {
    try {
      return passwords.hash(password);
    } catch (CatalogException e) {
      throw new Refused(Reason.LENGTH, String.valueOf(e.getMessage()));
    }
  }
}
