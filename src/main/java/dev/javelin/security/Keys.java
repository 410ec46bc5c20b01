package dev.javelin.security;

import dev.javelin.catalog.CatalogException;
import dev.javelin.catalog.Wording;
import dev.javelin.catalog.account.ApiKey;
import dev.javelin.catalog.account.ApiKeys;
import dev.javelin.catalog.account.Limits;
import dev.javelin.catalog.account.Role;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/** Changes API keys. Every call blocks on the database: call it on a virtual thread. */
@Service
public final class Keys {
  /** A new key, the only time its text is known. */
  public record Made(ApiKey key, KeyText text) {}

  private final ApiKeys keys;
  private final Identities identities;
  private final Clock clock;

  Keys(ApiKeys keys, Identities identities, Clock clock) {
    this.keys = keys;
    this.identities = identities;
    this.clock = clock;
  }

  /** One's own, for an administrator all; oldest first. */
  public List<ApiKey> visibleTo(Caller caller) {
    return caller.may(Access.ADMIN) ? keys.list() : keys.ownedBy(owner(caller));
  }

  /**
   * @param tenant empty: the caller's
   * @param role beside inference
   * @param aliases empty: all
   * @param expiresAt null: never
   * @throws CatalogException INVALID if the key could do what its maker may not, or has ended
   */
  public Made create(
      Caller caller,
      String name,
      Optional<String> tenant,
      Optional<Role> role,
      Set<String> aliases,
      Limits limits,
      @Nullable Instant expiresAt) {
    if (role.isPresent() && !caller.role().orElseThrow().covers(role.get())) {
      throw CatalogException.invalid(
          "role",
          "a key may have at most its maker's role, %s".formatted(caller.role().get().word()),
          Wording.of("key-role"));
    }
    if (!caller.may(Access.ADMIN)) {
      checkOwn(caller, tenant, aliases);
    }
    if (expiresAt != null && !expiresAt.isAfter(clock.instant())) {
      throw CatalogException.invalid(
          "expiresAt",
          "expiresAt is %s, which is over".formatted(expiresAt),
          Wording.of("key-over"));
    }
    KeyText text = KeyText.fresh();
    ApiKey key =
        new ApiKey(
            text.id(),
            name,
            owner(caller),
            tenant.orElse(caller.tenant()),
            role,
            aliases,
            limits,
            text.sha256(),
            clock.instant(),
            expiresAt,
            null,
            0);
    return new Made(keys.create(key), text);
  }

  /** Empty if there is no such key. */
  public Optional<ApiKey> revoke(String id) {
    Optional<ApiKey> revoked = keys.revoke(id);
    identities.forget(id);
    return revoked;
  }

  private static void checkOwn(Caller caller, Optional<String> tenant, Set<String> aliases) {
    if (!tenant.orElse(caller.tenant()).equals(caller.tenant())) {
      throw CatalogException.invalid(
          "tenant",
          "only an administrator makes keys of another tenant than " + caller.tenant(),
          Wording.of("key-tenant", caller.tenant()));
    }
    if (caller instanceof Caller.Key(ApiKey own)) {
      if (own.expiresAt() != null || !own.limits().equals(Limits.NONE)) {
        throw new CatalogException(
            CatalogException.Reason.INVALID,
            "a key with limits or an end makes no other keys",
            Wording.of("key-limited"));
      }
      if (!own.aliases().isEmpty() && (aliases.isEmpty() || !own.aliases().containsAll(aliases))) {
        throw CatalogException.invalid(
            "aliases",
            "a key may use at most the aliases of the key that made it",
            Wording.of("key-aliases"));
      }
    }
  }

  /** A key's keys belong to whoever it belongs to. */
  private static String owner(Caller caller) {
    return switch (caller) {
      case Caller.User user -> user.account();
      case Caller.Key(ApiKey key) -> key.owner();
      case Caller.Local local -> local.name();
    };
  }
}
