package dev.javelin.catalog.account;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A key without its secret.
 *
 * @param id the part of the key that may be shown and logged
 * @param owner the account that made it
 * @param tenant whose share of the server its requests use
 * @param role what it may do beside inference; empty: nothing
 * @param aliases models it may call; empty: every one
 * @param sha256 of the whole key, in hex
 */
public record ApiKey(
    String id,
    String name,
    String owner,
    String tenant,
    Optional<Role> role,
    Set<String> aliases,
    Limits limits,
    String sha256,
    Instant createdAt,
    @Nullable Instant expiresAt,
    @Nullable Instant revokedAt,
    long revision) {
  public ApiKey {
    aliases = Set.copyOf(aliases);
  }

  public boolean usableAt(Instant now) {
    return revokedAt == null && (expiresAt == null || now.isBefore(expiresAt));
  }
}
