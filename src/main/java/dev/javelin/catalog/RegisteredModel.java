package dev.javelin.catalog;

import java.time.Instant;
import java.util.UUID;

/** A name under which versions of one model are kept. */
public record RegisteredModel(
    UUID id, String name, String description, Instant createdAt, long revision) {}
