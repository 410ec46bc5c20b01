package dev.javelin.security;

import dev.javelin.catalog.account.Account;
import dev.javelin.catalog.account.Accounts;
import dev.javelin.catalog.account.ApiKey;
import dev.javelin.catalog.account.ApiKeys;
import java.time.Clock;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** Turns what a request proves into who sent it, as they are now and not as they logged in. */
@Component
public final class Identities {
  private final Remembered<Account> accounts;
  private final Remembered<ApiKey> keys;
  private final OidcRoles oidc;
  private final Clock clock;

  Identities(Accounts accounts, ApiKeys keys, OidcRoles oidc, Clock clock, Scheduler blocking) {
    this.accounts = new Remembered<>(accounts::find, blocking);
    this.keys = new Remembered<>(keys::find, blocking);
    this.oidc = oidc;
    this.clock = clock;
  }

  /** Empty if the account is gone. */
  Mono<Caller> of(Authentication authentication) {
    return switch (authentication) {
      case KeyAuthentication key -> Mono.just(key.getPrincipal());
      case Authentication other when other.getPrincipal() instanceof OidcUser user ->
          Mono.just(oidc.caller(user));
      default -> accounts.get(authentication.getName()).map(Caller.User::of);
    };
  }

  /** Empty if the key is unknown, wrong, expired or revoked. */
  Mono<Caller.Key> of(KeyText text) {
    return keys.get(text.id())
        .filter(key -> text.matches(key.sha256()) && key.usableAt(clock.instant()))
        .map(Caller.Key::new);
  }

  /** To be called after an account or a key changed, so that the change holds at once. */
  public void forget(String accountOrKeyId) {
    accounts.forget(accountOrKeyId);
    keys.forget(accountOrKeyId);
  }
}
