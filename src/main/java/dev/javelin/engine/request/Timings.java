package dev.javelin.engine.request;

/**
 * @param queuedNanos from submission to the first scheduled step, or to the end if none came
 * @param firstTokenNanos from submission to the first sampled token (TTFT), 0 if none came
 * @param totalNanos from submission to the end
 */
public record Timings(long queuedNanos, long firstTokenNanos, long totalNanos) {}
