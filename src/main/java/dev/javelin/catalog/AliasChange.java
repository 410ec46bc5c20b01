package dev.javelin.catalog;

import java.time.Instant;
import java.util.UUID;

/** One line of an alias's history: what it stood for from then on. */
public record AliasChange(
    UUID id,
    String alias,
    String model,
    int version,
    String loadProfile,
    String decodingProfile,
    String actor,
    String reason,
    Instant changedAt) {}
