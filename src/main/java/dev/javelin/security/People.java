package dev.javelin.security;

import dev.javelin.catalog.Revision;
import dev.javelin.catalog.account.Account;
import dev.javelin.catalog.account.Accounts;
import dev.javelin.catalog.account.Role;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/** Changes who may log in. Every call blocks on the database: call it on a virtual thread. */
@Service
public final class People {
  /**
   * @param oneTimePassword to be told to them once; null if whoever made them gave a password
   */
  public record Made(Account account, @Nullable String oneTimePassword) {
    @Override
    public String toString() {
      return "Made[" + account + "]";
    }
  }

  private final Accounts accounts;
  private final Passwords passwords;
  private final Identities identities;

  People(Accounts accounts, Passwords passwords, Identities identities) {
    this.accounts = accounts;
    this.passwords = passwords;
    this.identities = identities;
  }

  public List<Account> list() {
    return accounts.list();
  }

  public Optional<Account> find(String name) {
    return accounts.find(name);
  }

  /**
   * @param password null: one is made for one use
   * @throws dev.javelin.catalog.CatalogException INVALID if the name is malformed or the password
   *     too short or too long, ALREADY_EXISTS if the name is taken
   */
  public Made create(String name, Role role, @Nullable String password) {
    String given = password == null ? Passwords.fresh() : password;
    Account account = accounts.create(name, role, passwords.hash(given), password == null);
    return new Made(account, password == null ? given : null);
  }

  /**
   * @throws dev.javelin.catalog.CatalogException NOT_FOUND, or CONFLICT if no administrator would
   *     remain
   * @throws dev.javelin.catalog.StaleRevisionException if it is not the state that was meant
   */
  public Account changeRole(String name, Role role, Revision revision) {
    Account changed = accounts.changeRole(name, role, revision);
    identities.forget(name);
    return changed;
  }

  /**
   * @throws dev.javelin.catalog.CatalogException NOT_FOUND
   */
  public Made resetPassword(String name) {
    String password = Passwords.fresh();
    Account changed = accounts.changePassword(name, passwords.hash(password), true);
    identities.forget(name);
    return new Made(changed, password);
  }

  /**
   * @throws dev.javelin.catalog.CatalogException NOT_FOUND, or CONFLICT if no administrator would
   *     remain
   * @throws dev.javelin.catalog.StaleRevisionException if it is not the state that was meant
   */
  public void delete(String name, Revision revision) {
    accounts.delete(name, revision);
    identities.forget(name);
  }
}
