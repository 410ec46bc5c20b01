package dev.javelin.console;

import dev.javelin.api.admin.KeyView;
import dev.javelin.catalog.account.ApiKey;
import dev.javelin.security.QuotaUsage;
import java.time.Instant;
import java.util.List;

/**
 * A key in the table.
 *
 * @param state {@code active}, {@code expired} or {@code revoked}
 * @param uses of its limits, those alone that it has; its running requests first
 */
record KeyRow(KeyView key, String state, long running, List<Use> uses) {
  static KeyRow of(ApiKey key, QuotaUsage usage, Instant now) {
    String state = key.revokedAt() != null ? "revoked" : key.usableAt(now) ? "active" : "expired";
    return new KeyRow(
        KeyView.of(key),
        state,
        usage.concurrentRequests(),
        Use.of(usage, key.limits()).stream().filter(use -> use.limit() != null).toList());
  }

  /** Public, as templates need. */
  public boolean usable() {
    return state.equals("active");
  }
}
