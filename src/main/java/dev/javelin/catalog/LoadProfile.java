package dev.javelin.catalog;

import java.time.Instant;
import java.util.UUID;

/**
 * How a version is loaded: a change needs a reload.
 *
 * @param settings a JSON object; what it means is the service's business
 */
public record LoadProfile(
    UUID id, String model, String name, String settings, Instant changedAt, long revision) {}
