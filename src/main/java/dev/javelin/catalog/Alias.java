package dev.javelin.catalog;

import java.time.Instant;
import java.util.UUID;

/** The name clients call, and what it stands for now. */
public record Alias(
    UUID id,
    String name,
    ModelVersion version,
    LoadProfile loadProfile,
    DecodingProfile decodingProfile,
    AliasPolicy policy,
    Instant changedAt,
    long revision) {}
