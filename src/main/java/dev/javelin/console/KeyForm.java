package dev.javelin.console;

import dev.javelin.catalog.account.Limits;
import dev.javelin.catalog.account.Role;
import dev.javelin.service.Roles;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A new key as the page asks for it.
 *
 * @param tenant empty: the caller's
 * @param role empty: none beside inference
 * @param aliases none: all
 * @param days until it ends; null: never
 */
record KeyForm(
    @Size(min = 1, max = 255) String name,
    @Pattern(regexp = "[A-Za-z0-9:._@-]{0,64}") @Nullable String tenant,
    @Nullable String role,
    @Size(max = 30) @Nullable Set<@Pattern(regexp = "[^\\s]{1,128}") String> aliases,
    @Nullable String days,
    @Nullable String requestsPerMinute,
    @Nullable String tokensPerMinute,
    @Nullable String tokensPerDay,
    @Nullable String concurrentRequests) {
  private static final long MOST_DAYS = 36_500;

  static final KeyForm EMPTY = new KeyForm("", null, null, null, "90", null, null, null, null);

  KeyForm {
    name = name == null ? "" : name;
  }

  Optional<String> chosenTenant() {
    return Optional.ofNullable(tenant).filter(it -> !it.isEmpty());
  }

  /**
   * @throws dev.javelin.service.ProblemException INVALID_REQUEST if there is no such role
   */
  Optional<Role> chosenRole() {
    return role == null || role.isEmpty() ? Optional.empty() : Optional.of(Roles.of(role));
  }

  Set<String> chosenAliases() {
    return aliases == null ? Set.of() : aliases;
  }

  /**
   * @throws dev.javelin.service.ProblemException INVALID_REQUEST if one is no number
   */
  Limits limits() {
    return Amounts.limits(requestsPerMinute, tokensPerMinute, tokensPerDay, concurrentRequests);
  }

  @Nullable Instant expiresAt(Instant now) {
    Long whole = Amounts.read("days", days, 1);
    return whole == null ? null : now.plus(Duration.ofDays(Math.min(whole, MOST_DAYS)));
  }

  /** Whether an alias is chosen. Public, as templates need. */
  public boolean has(String alias) {
    return chosenAliases().contains(alias);
  }
}
