package dev.javelin.security;

import dev.javelin.catalog.account.Accounts;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.ReactiveAuthenticationManager;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** Checks a name and a password, equally long whether the name exists or not. */
@Component
final class PasswordLogin implements ReactiveAuthenticationManager {
  /** Checking is slow on purpose; many at once must not take the processors from inference. */
  private final Semaphore checks = new Semaphore(1);

  private final Accounts accounts;
  private final Passwords passwords;
  private final LoginThrottle throttle;
  private final Scheduler blocking;

  PasswordLogin(
      Accounts accounts, Passwords passwords, LoginThrottle throttle, Scheduler blocking) {
    this.accounts = accounts;
    this.passwords = passwords;
    this.throttle = throttle;
    this.blocking = blocking;
  }

  @Override
  public Mono<Authentication> authenticate(Authentication given) {
    return Mono.fromCallable(() -> check(given.getName(), String.valueOf(given.getCredentials())))
        .subscribeOn(blocking);
  }

  private Authentication check(String name, String password) {
    throttle.admit(name);
    String hash = accounts.passwordHash(name).orElse(null);
    checks.acquireUninterruptibly();
    boolean right;
    try {
      right = passwords.matches(password, hash);
    } finally {
      checks.release();
    }
    throttle.note(name, right);
    if (!right) {
      throw new BadCredentialsException("the name or the password is wrong");
    }
    return UsernamePasswordAuthenticationToken.authenticated(name, "", List.of());
  }
}
