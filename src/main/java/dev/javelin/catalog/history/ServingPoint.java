package dev.javelin.catalog.history;

import java.time.Instant;
import java.util.UUID;

/**
 * A stretch of one server's time.
 *
 * @param node whose it is
 * @param figures a JSON object of numbers by their names; a name that is missing is a gap
 */
public record ServingPoint(UUID node, Instant beginsAt, String figures) {}
