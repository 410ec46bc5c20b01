package dev.javelin.catalog;

import java.time.Instant;
import java.util.UUID;

/**
 * How answers are sampled: a change applies from the next request on.
 *
 * @param settings a JSON object; what it means is the service's business
 */
public record DecodingProfile(
    UUID id, String model, String name, String settings, Instant changedAt, long revision) {}
