package dev.javelin.engine.request;

import org.jspecify.annotations.Nullable;

/**
 * What became of one request, from the queue to its end or to now: counts, however long it ran.
 *
 * @param submittedMillis wall clock, {@link System#currentTimeMillis}
 * @param queuedNanos from submission to its first step, or to its end or to now if none came
 * @param firstTokenNanos from submission to the first sampled token, 0 if none came
 * @param totalNanos from submission to its end or to now
 * @param waited steps that passed while it waited, by what it waited for
 * @param chunks steps that computed some of its prompt, again after a preemption too
 * @param steps steps that computed any of its tokens
 * @param meanBatchMates sequences that shared a step with it, on average
 * @param cachedTokens prompt tokens whose keys were there when it first ran
 * @param finish null if it failed or runs
 * @param error null if it finished or runs
 */
public record RequestTimeline(
    String id,
    String tenant,
    int priority,
    long submittedMillis,
    long queuedNanos,
    long firstTokenNanos,
    long totalNanos,
    Waited waited,
    int chunks,
    int steps,
    double meanBatchMates,
    int mostBatchMates,
    int preemptions,
    int promptTokens,
    int cachedTokens,
    int generatedTokens,
    @Nullable FinishReason finish,
    @Nullable ErrorCode error) {

  /** Steps in the queue by {@link WaitReason}. */
  public record Waited(long budget, long sequences, long blocks, long fairness, long constraint) {}
}
