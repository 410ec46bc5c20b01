package dev.javelin.engine.request;

/**
 * One sequence to generate. Immutable; the arrays are not copied and must not be changed.
 *
 * @param id unique among running requests
 * @param promptTokenIds [at least 1]
 * @param deadlineNanos {@link System#nanoTime} instant after which it fails; Long.MAX_VALUE: none
 */
public record GenerationRequest(
    String id, int[] promptTokenIds, SamplingParams sampling, long deadlineNanos) {}
