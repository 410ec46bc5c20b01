package dev.javelin.engine;

import dev.javelin.engine.request.WaitReason;
import dev.javelin.engine.scheduler.BlockPool;
import dev.javelin.engine.scheduler.Scheduler;

/** What an engine has done since its start. Engine thread only. */
final class EngineCounts {
  long promptTokens;
  long generatedTokens;
  long steps;
  long overlappedSteps;

  EngineStats snapshot(Faults faults, Scheduler scheduler, BlockPool pool) {
    return new EngineStats(
        faults.health(),
        scheduler.numRunning(),
        scheduler.numWaiting(),
        waitingFor(scheduler),
        pool.numBlocks(),
        pool.numFree(),
        pool.numPublished(),
        promptTokens,
        generatedTokens,
        steps,
        overlappedSteps,
        scheduler.preemptions(),
        scheduler.prefixQueries(),
        scheduler.prefixHits(),
        pool.evictions(),
        pool.numInHost(),
        pool.restored(),
        faults.failedSteps(),
        faults.restarts(),
        faults.violations());
  }

  private static EngineStats.Waiting waitingFor(Scheduler scheduler) {
    return scheduler.numWaiting() == 0
        ? EngineStats.Waiting.NONE
        : new EngineStats.Waiting(
            scheduler.numWaiting(WaitReason.BUDGET),
            scheduler.numWaiting(WaitReason.SEQUENCES),
            scheduler.numWaiting(WaitReason.BLOCKS),
            scheduler.numWaiting(WaitReason.FAIRNESS),
            scheduler.numWaiting(WaitReason.CONSTRAINT));
  }
}
