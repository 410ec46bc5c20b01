package dev.javelin.catalog;

import java.time.Instant;
import java.util.UUID;

/** How answers are sampled: a change applies from the next request on. */
public record DecodingProfile(
    UUID id, String model, String name, String settings, Instant changedAt, long revision)
    implements Profile {}
