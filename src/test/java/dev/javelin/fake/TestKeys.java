package dev.javelin.fake;

import dev.javelin.catalog.account.ApiKey;
import dev.javelin.catalog.account.ApiKeys;
import dev.javelin.catalog.account.Limits;
import dev.javelin.catalog.account.Role;
import dev.javelin.security.KeyText;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes API keys for tests that call the server; each method gives the whole key. */
public final class TestKeys {
  private final ApiKeys keys;

  TestKeys(ApiKeys keys) {
    this.keys = keys;
  }

  /** A key with this role, for {@code Authorization: Bearer}. */
  public String with(Role role) {
    return make(Optional.of(role), Set.of(), Limits.NONE, null);
  }

  /** A key for nothing but inference. */
  public String inference() {
    return make(Optional.empty(), Set.of(), Limits.NONE, null);
  }

  public String make(
      Optional<Role> role, Set<String> aliases, Limits limits, @Nullable Instant expiresAt) {
    KeyText text = KeyText.fresh();
    keys.create(
        new ApiKey(
            text.id(),
            "test",
            "admin",
            "tenant-" + text.id(),
            role,
            aliases,
            limits,
            text.sha256(),
            Instant.now(),
            expiresAt,
            null,
            0));
    return text.reveal();
  }
}
