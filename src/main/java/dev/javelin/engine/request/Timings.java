package dev.javelin.engine.request;

/**
 * @param queuedNanos from submission to the first scheduled step
 * @param firstTokenNanos from submission to the first sampled token (TTFT)
 * @param totalNanos from submission to the end
 */
public record Timings(long queuedNanos, long firstTokenNanos, long totalNanos) {}
