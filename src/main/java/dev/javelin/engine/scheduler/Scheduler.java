package dev.javelin.engine.scheduler;

import dev.javelin.engine.scheduler.SchedulerOutput.NewSequence;
import dev.javelin.engine.scheduler.SchedulerOutput.ScheduledSequence;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;

/**
 * Chooses what each step computes: continuous batching (Yu et al., OSDI 2022) under one token
 * budget, with prompts in chunks beside decodes (Agrawal et al., 2024, arXiv:2403.02310). There are
 * no phases: a sequence is computed up to its last known token, whatever that token is.
 *
 * <p>Both queues are in order of arrival, and everything running is older than everything waiting.
 * When blocks run out the newest running sequence gives up its own and is computed again later, its
 * sampled tokens standing like a prompt. The oldest is therefore never held up, and every sequence
 * ends. Engine thread only.
 */
public final class Scheduler {
  private final BlockPool pool;
  private final KvCacheManager cache;
  private final int maxSequences;
  private final int tokenBudget;
  private final List<Sequence> running = new ArrayList<>();
  private final Deque<Sequence> waiting = new ArrayDeque<>();
  private final BitSet usedIds = new BitSet();
  private final BitSet finishedIds = new BitSet();
  private long preemptions;

  /**
   * @param maxSequences most sequences of a step
   * @param tokenBudget most tokens of a step
   * @param blockSize positions of a block
   * @throws IllegalArgumentException if one of them is not positive
   */
  public Scheduler(BlockPool pool, int blockSize, int maxSequences, int tokenBudget) {
    if (blockSize <= 0 || maxSequences <= 0 || tokenBudget <= 0) {
      throw new IllegalArgumentException(
          "blockSize %d, maxSequences %d and tokenBudget %d must be positive"
              .formatted(blockSize, maxSequences, tokenBudget));
    }
    this.pool = pool;
    this.maxSequences = maxSequences;
    this.tokenBudget = tokenBudget;
    cache = new KvCacheManager(pool, blockSize);
  }

  /**
   * Queues a sequence and gives it an id. The caller sees to it that the sequence never grows over
   * the whole pool.
   *
   * @throws IllegalArgumentException if its prompt alone is larger than the pool
   */
  public void add(Sequence sequence) {
    if (cache.blocksFor(sequence.numTokens()) > pool.numBlocks()) {
      throw new IllegalArgumentException(
          "%d tokens do not fit %d blocks".formatted(sequence.numTokens(), pool.numBlocks()));
    }
    sequence.id = usedIds.nextClearBit(0);
    usedIds.set(sequence.id);
    waiting.addLast(sequence);
  }

  /** Chooses the next step and counts its tokens as computed. */
  public SchedulerOutput schedule() {
    List<ScheduledSequence> scheduled = new ArrayList<>();
    List<NewSequence> newSequences = new ArrayList<>();
    int budget = tokenBudget;
    boolean preempted = false;

    for (int i = 0; i < running.size() && budget > 0; i++) {
      Sequence sequence = running.get(i);
      int chunk = chunk(sequence, budget);
      while (i < running.size() && !cache.allocate(sequence, sequence.numComputedTokens + chunk)) {
        preemptNewest();
        preempted = true;
      }
      if (i < running.size()) {
        scheduled.add(take(sequence, chunk));
        budget -= chunk;
      }
    }

    while (!preempted && budget > 0 && running.size() < maxSequences && !waiting.isEmpty()) {
      Sequence sequence = waiting.getFirst();
      if (!cache.canAdmit(sequence, running.isEmpty())) {
        break;
      }
      running.add(waiting.removeFirst());
      int chunk = chunk(sequence, budget);
      cache.allocate(sequence, chunk);
      if (!sequence.announced) {
        sequence.announced = true;
        newSequences.add(announce(sequence));
      }
      scheduled.add(take(sequence, chunk));
      budget -= chunk;
    }
    return new SchedulerOutput(
        List.copyOf(scheduled), List.copyOf(newSequences), takeFinished(), tokenBudget - budget);
  }

  /** Adds a sampled token to a sequence whose known tokens are all computed. */
  public void append(Sequence sequence, int token) {
    if (sequence.numComputedTokens != sequence.numTokens()) {
      throw new IllegalStateException(
          "sequence %d has %d of %d tokens computed"
              .formatted(sequence.id, sequence.numComputedTokens, sequence.numTokens()));
    }
    sequence.append(token);
  }

  /** Ends a sequence in whatever phase it is and frees its blocks and its id. */
  public void finish(Sequence sequence) {
    if (sequence.id == Sequence.NO_ID) {
      throw new IllegalStateException("the sequence is not in this scheduler");
    }
    if (!running.remove(sequence)) {
      waiting.remove(sequence);
    }
    cache.free(sequence);
    usedIds.clear(sequence.id);
    if (sequence.announced) {
      finishedIds.set(sequence.id);
    }
    sequence.id = Sequence.NO_ID;
  }

  public boolean hasWork() {
    return !running.isEmpty() || !waiting.isEmpty();
  }

  public int numRunning() {
    return running.size();
  }

  public int numWaiting() {
    return waiting.size();
  }

  /** Preemptions since the start. */
  public long preemptions() {
    return preemptions;
  }

  private static int chunk(Sequence sequence, int budget) {
    return Math.min(sequence.numTokens() - sequence.numComputedTokens, budget);
  }

  private void preemptNewest() {
    Sequence victim = running.removeLast();
    cache.free(victim);
    victim.numComputedTokens = 0;
    waiting.addFirst(victim);
    preemptions++;
  }

  private ScheduledSequence take(Sequence sequence, int chunk) {
    int from = sequence.numComputedTokens;
    int to = from + chunk;
    sequence.numComputedTokens = to;
    return new ScheduledSequence(
        sequence.id,
        from,
        sequence.tokens(from, to),
        cache.slots(sequence, from, to),
        sequence.blockTable(),
        sequence.numPromptTokens(),
        to == sequence.numTokens());
  }

  private static NewSequence announce(Sequence sequence) {
    return new NewSequence(
        sequence.id, sequence.promptTokenIds(), sequence.sampling(), sequence.endTokenIds());
  }

  private int[] takeFinished() {
    int[] ids = new int[finishedIds.cardinality()];
    int n = 0;
    for (int id = finishedIds.nextSetBit(0); id >= 0; id = finishedIds.nextSetBit(id + 1)) {
      ids[n++] = id;
    }
    finishedIds.clear();
    return ids;
  }
}
