package dev.javelin.catalog;

import java.time.Instant;
import java.util.UUID;

/** How a version is loaded: a change needs a reload. */
public record LoadProfile(
    UUID id, String model, String name, String settings, Instant changedAt, long revision)
    implements Profile {}
