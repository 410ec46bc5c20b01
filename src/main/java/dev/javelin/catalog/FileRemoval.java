package dev.javelin.catalog;

import java.time.Instant;
import java.util.UUID;

/**
 * A file of a store whose version is gone.
 *
 * @param path absolute, on the server that has it
 */
public record FileRemoval(UUID id, String path, Instant since) {}
