package dev.javelin.service;

import dev.javelin.catalog.OperationRecord;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * An operation as the API and pages show it.
 *
 * @param progress of the stage, from 0 to 1; null where it cannot be told
 * @param etaSeconds until the stage ends, null where it cannot be told
 * @param node the server that runs it
 */
public record OperationView(
    UUID id,
    String kind,
    String target,
    String actor,
    OperationRecord.State state,
    String stage,
    @Nullable Double progress,
    @Nullable Double etaSeconds,
    @Nullable JsonNode result,
    @Nullable JsonNode problem,
    List<String> log,
    String node,
    Instant createdAt,
    Instant changedAt,
    @Nullable Instant finishedAt) {}
