package dev.javelin.service;

import dev.javelin.catalog.Alias;
import dev.javelin.catalog.AliasPolicy.Loading;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** An alias as the API and its events show it. */
public record AliasView(
    String name,
    String model,
    int version,
    String loadProfile,
    String decodingProfile,
    Loading loading,
    boolean pinned,
    @Nullable Long idleSeconds,
    Instant changedAt,
    long revision) {
  public static AliasView of(Alias alias) {
    return new AliasView(
        alias.name(),
        alias.version().model(),
        alias.version().number(),
        alias.loadProfile().name(),
        alias.decodingProfile().name(),
        alias.policy().loading(),
        alias.policy().pinned(),
        alias.policy().idleSeconds(),
        alias.changedAt(),
        alias.revision());
  }
}
