package dev.javelin.engine;

/**
 * A moment's counts; the totals only grow.
 *
 * @param waiting requests that wait, for any reason
 * @param waitingFor the same by reason, as of the last step
 * @param freeBlocks KV blocks that no request holds, cached ones among them
 * @param cachedBlocks KV blocks that can be found by their content, held or not
 * @param overlappedStepsTotal steps that were launched while the one before still ran
 * @param promptTokensTotal of requests that began to run, cached ones among them
 * @param prefixQueriesTotal prompt tokens looked for in the prefix cache
 * @param prefixHitsTotal those of them that were found, and so not computed
 * @param evictionsTotal cached blocks whose content gave way to another's
 * @param hostBlocks evicted blocks whose content is kept in host memory
 * @param restoredBlocksTotal those that were brought back
 * @param failedStepsTotal steps that threw
 * @param restartsTotal restarts after several failed steps in a row
 * @param integrityViolationsTotal checks of the block accounts that found them wrong
 */
public record EngineStats(
    EngineHealth health,
    int running,
    int waiting,
    Waiting waitingFor,
    int totalBlocks,
    int freeBlocks,
    int cachedBlocks,
    long promptTokensTotal,
    long generatedTokensTotal,
    long stepsTotal,
    long overlappedStepsTotal,
    long preemptionsTotal,
    long prefixQueriesTotal,
    long prefixHitsTotal,
    long evictionsTotal,
    int hostBlocks,
    long restoredBlocksTotal,
    long failedStepsTotal,
    long restartsTotal,
    long integrityViolationsTotal) {

  /** Requests by what keeps them: {@link dev.javelin.engine.request.WaitReason}. */
  public record Waiting(int budget, int sequences, int blocks, int fairness, int constraint) {
    public static final Waiting NONE = new Waiting(0, 0, 0, 0, 0);
  }

  /** An engine that has done nothing yet. */
  public static EngineStats idle(int totalBlocks) {
    return new EngineStats(
        EngineHealth.SERVING,
        0,
        0,
        Waiting.NONE,
        totalBlocks,
        totalBlocks,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0);
  }

  /** The same of an engine that can no longer serve. */
  EngineStats failed() {
    return new EngineStats(
        EngineHealth.FAILED,
        running,
        waiting,
        waitingFor,
        totalBlocks,
        freeBlocks,
        cachedBlocks,
        promptTokensTotal,
        generatedTokensTotal,
        stepsTotal,
        overlappedStepsTotal,
        preemptionsTotal,
        prefixQueriesTotal,
        prefixHitsTotal,
        evictionsTotal,
        hostBlocks,
        restoredBlocksTotal,
        failedStepsTotal,
        restartsTotal,
        integrityViolationsTotal);
  }
}
