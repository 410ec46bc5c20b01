package dev.javelin.api.admin;

import dev.javelin.catalog.account.ApiKey;
import dev.javelin.catalog.account.Role;
import java.time.Instant;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A key without its secret, as the API, the pages and the audit show it. */
public record KeyView(
    String id,
    String name,
    String owner,
    String tenant,
    @Nullable String role,
    Set<String> aliases,
    LimitsBody limits,
    Instant createdAt,
    @Nullable Instant expiresAt,
    @Nullable Instant revokedAt) {
  public static KeyView of(ApiKey key) {
    return new KeyView(
        key.id(),
        key.name(),
        key.owner(),
        key.tenant(),
        key.role().map(Role::word).orElse(null),
        new TreeSet<>(key.aliases()),
        LimitsBody.of(key.limits()),
        key.createdAt(),
        key.expiresAt(),
        key.revokedAt());
  }
}
