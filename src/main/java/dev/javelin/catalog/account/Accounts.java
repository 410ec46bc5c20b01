package dev.javelin.catalog.account;

import dev.javelin.catalog.CatalogException;
import dev.javelin.catalog.CatalogException.Reason;
import dev.javelin.catalog.Revision;
import dev.javelin.catalog.StaleRevisionException;
import dev.javelin.catalog.Wording;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The people who may log in. Every call blocks on the database: call it on a virtual thread. */
@Service
@Transactional
public class Accounts {
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._@-]{0,63}");

  private final AccountRepository accounts;
  private final Clock clock;

  Accounts(AccountRepository accounts, Clock clock) {
    this.accounts = accounts;
    this.clock = clock;
  }

  @Transactional(readOnly = true)
  public boolean isEmpty() {
    return accounts.count() == 0;
  }

  @Transactional(readOnly = true)
  public Optional<Account> find(String name) {
    return accounts.findByName(name).map(AccountEntity::account);
  }

  @Transactional(readOnly = true)
  public List<Account> list() {
    return accounts.findAllByOrderByName().stream().map(AccountEntity::account).toList();
  }

  /**
   * What {@link #create} and {@link #changePassword} were given; empty if there is no such account.
   */
  @Transactional(readOnly = true)
  public Optional<String> passwordHash(String name) {
    return accounts.findByName(name).map(AccountEntity::passwordHash);
  }

  /**
   * @param passwordHash with the scheme in front, as in {@code {bcrypt}…}
   * @throws CatalogException INVALID if the name is malformed, ALREADY_EXISTS if it is taken
   */
  public Account create(String name, Role role, String passwordHash, boolean mustChangePassword) {
    if (!NAME.matcher(name).matches()) {
      throw CatalogException.invalid(
          "name",
          "a user's name is 1 to 64 of a-z 0-9 . _ @ - and starts with a letter or digit, but is '%s'"
              .formatted(name),
          Wording.of("user-name", name));
    }
    if (accounts.findByName(name).isPresent()) {
      throw CatalogException.nameTaken("user", name);
    }
    AccountEntity entity = new AccountEntity(name, role, clock.instant());
    entity.password(passwordHash, mustChangePassword);
    return accounts.saveAndFlush(entity).account();
  }

  /**
   * @throws CatalogException NOT_FOUND, or CONFLICT if no administrator would remain
   * @throws StaleRevisionException if it is not the state that was meant
   */
  public Account changeRole(String name, Role role, Revision revision) {
    AccountEntity entity = require(name, revision);
    keepAnAdministrator(entity, role == Role.ADMIN);
    entity.role(role);
    return accounts.saveAndFlush(entity).account();
  }

  /**
   * @throws CatalogException NOT_FOUND
   */
  public Account changePassword(String name, String passwordHash, boolean mustChange) {
    AccountEntity entity = require(name, Revision.ANY);
    entity.password(passwordHash, mustChange);
    return accounts.saveAndFlush(entity).account();
  }

  /**
   * @throws CatalogException NOT_FOUND, or CONFLICT if no administrator would remain
   * @throws StaleRevisionException if it is not the state that was meant
   */
  public void delete(String name, Revision revision) {
    AccountEntity entity = require(name, revision);
    keepAnAdministrator(entity, false);
    accounts.delete(entity);
  }

  private AccountEntity require(String name, Revision revision) {
    AccountEntity entity =
        accounts.findByName(name).orElseThrow(() -> CatalogException.notFound("user", name));
    revision.check("user", name, entity.account().revision());
    return entity;
  }

  private void keepAnAdministrator(AccountEntity entity, boolean staysOne) {
    boolean isOne = entity.account().role() == Role.ADMIN;
    if (isOne && !staysOne && accounts.countByRole(Role.ADMIN) == 1) {
      throw new CatalogException(
          Reason.CONFLICT,
          "'%s' is the last administrator; make another one first"
              .formatted(entity.account().name()),
          Wording.of("last-administrator", entity.account().name()));
    }
  }
}
