package dev.javelin.engine.scheduler;

import dev.javelin.engine.request.WaitReason;
import dev.javelin.engine.scheduler.SchedulerOutput.ScheduledSequence;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Chooses what each step computes: continuous batching (Yu et al., OSDI 2022) under one token
 * budget, with prompts in chunks beside decodes (Agrawal et al., 2024, arXiv:2403.02310). There are
 * no phases: a sequence is computed up to its last known token, whatever that token is.
 *
 * <p>Running sequences stand in order of priority, then arrival, and each that decodes gets its
 * token in every step, and tokens it forced with it. What the budget leaves goes to prompts, tenant
 * by tenant as {@link FairShare} says. When blocks run out the last in order gives up its own and
 * is computed again later, its sampled tokens standing like a prompt. The first in order is
 * therefore never held up, and every sequence ends. Engine thread only.
 */
public final class Scheduler {
  private final BlockPool pool;
  private final SchedulerOptions options;
  private final StepPermits permits;
  private final KvCacheManager cache;
  private final FairShare shares = new FairShare();
  private final RunningSequences running = new RunningSequences();
  private final SequenceIds ids = new SequenceIds();
  private int numWaiting;
  private long arrivals;
  private long steps;
  private long preemptions;

  /** Admission waits for blocks until the next step. */
  private @Nullable TenantQueue blocked;

  /** No constraint. */
  public Scheduler(BlockPool pool, SchedulerOptions options) {
    this(pool, options, (sequence, wanted) -> wanted);
  }

  public Scheduler(BlockPool pool, SchedulerOptions options, SchedulingConstraint constraint) {
    this.pool = pool;
    this.options = options;
    permits = new StepPermits(constraint);
    cache = new KvCacheManager(pool, options);
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
    int id = ids.take();
    sequence.arrival = arrivals++;
    TenantQueue queue = shares.enter(sequence.tenant);
    sequence.queue(queue);
    queue.enqueue(sequence);
    numWaiting++;
    // Last: without an id it is in no scheduler, should memory run out before.
    sequence.id = id;
  }

  /** The id that the next sequence will get. */
  public int nextId() {
    return ids.next();
  }

  /** Chooses the next step and counts its tokens as computed. */
  public SchedulerOutput schedule() {
    steps++;
    blocked = null;
    permits.beginStep();
    shares.beginStep();
    StepBuilder step = new StepBuilder(running.size() + 1);
    admitLockedOut();

    int spare = options.forcedTokens(running.size());
    int forced = 0;
    for (int i = 0; i < running.size(); i++) {
      Sequence sequence = running.get(i);
      if (sequence.decodes() && permits.mayRun(sequence) && makeRoom(sequence)) {
        int run = Math.min(sequence.numMissingTokens(), sequence.permitted);
        int chunk = Math.min(run, 1 + spare - forced);
        take(step, sequence, chunk);
        forced += chunk - 1;
      }
    }

    int budget = options.tokenBudget() - step.numTokens();
    if (step.numTokens() > 0) {
      budget = Math.min(budget, options.promptTokens() - forced);
    }
    TenantQueue tenant;
    while (budget > 0 && (tenant = shares.next()) != null) {
      Sequence sequence = nextPrompt(tenant);
      if (sequence == null) {
        tenant.exhausted = true;
      } else if (sequence.running || admit(tenant, sequence)) {
        int missing = sequence.numMissingTokens();
        int chunk = Math.min(Math.min(missing, sequence.permitted), budget);
        take(step, sequence, chunk);
        tenant.chosen = true;
        budget -= chunk;
      }
    }
    noteWaiting();
    int[] finished = step.numTokens() == 0 ? SequenceIds.NONE : ids.takeFinished();
    return step.build(finished, pool.host().takeMoves());
  }

  /**
   * Counts the token that a step in flight chooses, so that the next step can compute it; {@link
   * #append} tells it afterwards.
   *
   * @param last whether nothing may follow it: the sequence is then not scheduled before
   */
  public void expect(Sequence sequence, boolean last) {
    checkComputed(sequence);
    sequence.expect(last);
  }

  /** Adds a sampled token to a sequence that expects it, or whose tokens are all computed. */
  public void append(Sequence sequence, int token) {
    if (!sequence.expects()) {
      checkComputed(sequence);
    }
    sequence.append(token);
  }

  /** Adds a token that no logits are needed for behind one that was just appended. */
  public void appendForced(Sequence sequence, int token) {
    if (sequence.expects() || sequence.numMissingTokens() == 0) {
      throw new IllegalStateException(
          "sequence %d got a forced token without a sampled one".formatted(sequence.id));
    }
    sequence.appendForced(token);
  }

  private static void checkComputed(Sequence sequence) {
    if (sequence.numMissingTokens() != 0) {
      throw new IllegalStateException(
          "sequence %d has %d of %d tokens computed"
              .formatted(sequence.id, sequence.numComputedTokens, sequence.numTokens()));
    }
  }

  /** Ends a sequence in whatever phase it is and frees its blocks and its id. */
  public void finish(Sequence sequence) {
    if (sequence.id == Sequence.NO_ID) {
      throw new IllegalStateException("the sequence is not in this scheduler");
    }
    if (sequence.running) {
      stop(sequence);
    } else {
      sequence.queue().dequeue(sequence);
      numWaiting--;
    }
    ids.free(sequence.id, sequence.announced);
    sequence.id = Sequence.NO_ID;
  }

  /** The keys of {@code sequence} are wrong and never shared. The caller then finishes it. */
  public void withdraw(Sequence sequence) {
    cache.withdraw(sequence);
  }

  /**
   * A step failed: what it wrote is never shared, and what it was to move to and from host memory
   * may not be there. The caller then finishes those of its sequences that live.
   */
  public void withdraw(SchedulerOutput step) {
    for (ScheduledSequence run : step.scheduled()) {
      cache.withdraw(run);
    }
    for (BlockMove move : step.moves()) {
      if (move.toHost()) {
        pool.host().forget(move.slot());
      } else {
        pool.withdraw(move.block());
      }
    }
  }

  /** Forgets all cached keys; for a runner that has lost them. Nothing may run. */
  public void withdrawAll() {
    pool.withdrawAll();
  }

  /** Makes all blocks free and empty; for accounts that were found wrong. Nothing may run. */
  public void resetBlocks() {
    if (!running.isEmpty()) {
      throw new IllegalStateException("%d sequences run".formatted(running.size()));
    }
    pool.reset();
  }

  /** Whether the constraint kept something out of the last step. */
  public boolean constrained() {
    return permits.refused();
  }

  public boolean hasWork() {
    return !running.isEmpty() || numWaiting > 0;
  }

  public int numRunning() {
    return running.size();
  }

  public int numWaiting() {
    return numWaiting;
  }

  /** How many sequences wait, at the end of the last step, for {@code reason}. */
  public int numWaiting(WaitReason reason) {
    int count = 0;
    for (TenantQueue tenant : shares.tenants()) {
      if (tenant.reason == reason) {
        count += tenant.waiting.size();
      }
    }
    return count;
  }

  /** Preemptions since the start. */
  public long preemptions() {
    return preemptions;
  }

  /** Prompt tokens looked for in the prefix cache, since the start. */
  public long prefixQueries() {
    return cache.prefixQueries();
  }

  /** Those of them that were found. */
  public long prefixHits() {
    return cache.prefixHits();
  }

  /**
   * @throws IllegalStateException unless every block is held exactly as often as sequences hold it
   */
  public void checkIntegrity() {
    pool.checkIntegrity(running.holders(pool.numBlocks()));
  }

  /**
   * A tenant none of whose sequences runs gets one in, whatever it takes from those with several: a
   * flood of one tenant's requests keeps others waiting for a step, not for its answers.
   */
  private void admitLockedOut() {
    for (int i = 0; i < shares.tenants().size() && shares.tenants().size() > 1; i++) {
      TenantQueue tenant = shares.tenants().get(i);
      Sequence first = tenant.lockedOut() ? permits.firstWaiting(tenant) : null;
      while (first != null
          && (running.size() >= options.maxRunning() || !cache.fits(first, running.isEmpty()))) {
        TenantQueue giver = shares.mostRunning();
        if (giver == null) {
          return;
        }
        preempt(running.lastOf(giver));
      }
    }
  }

  /** The next prompt of a tenant: begun or waiting, whichever is first in order; null: none. */
  private @Nullable Sequence nextPrompt(TenantQueue tenant) {
    Sequence begun = firstBegun(tenant);
    if (blocked != null || running.size() >= options.maxRunning()) {
      return begun;
    }
    Sequence waiting = permits.firstWaiting(tenant);
    return waiting == null || (begun != null && Sequence.ORDER.compare(begun, waiting) < 0)
        ? begun
        : waiting;
  }

  private @Nullable Sequence firstBegun(TenantQueue tenant) {
    for (int i = 0; i < running.size(); i++) {
      Sequence sequence = running.get(i);
      if (sequence.lastStep != steps
          && !sequence.decodes()
          && sequence.queue() == tenant
          && permits.mayRun(sequence)) {
        return sequence;
      }
    }
    return null;
  }

  /** Moves a waiting sequence into the batch; false if its blocks are not to be had. */
  private boolean admit(TenantQueue tenant, Sequence sequence) {
    if (!cache.admit(sequence, running.isEmpty())) {
      blocked = tenant;
      return false;
    }
    tenant.dequeue(sequence);
    numWaiting--;
    running.add(sequence);
    return true;
  }

  /** A block for the next token of a sequence; false if the sequence itself had to give way. */
  private boolean makeRoom(Sequence sequence) {
    while (!cache.grow(sequence)) {
      Sequence last = running.last();
      preempt(last);
      blocked = last.queue();
      if (last == sequence) {
        return false;
      }
    }
    return true;
  }

  private void preempt(Sequence sequence) {
    stop(sequence);
    sequence.queue().enqueue(sequence);
    numWaiting++;
    sequence.history.preemptions++;
    preemptions++;
  }

  private void stop(Sequence sequence) {
    running.remove(sequence);
    cache.free(sequence);
  }

  private void take(StepBuilder step, Sequence sequence, int chunk) {
    int from = sequence.numComputedTokens;
    int to = from + chunk;
    sequence.numComputedTokens = to;
    sequence.lastStep = steps;
    step.add(sequence, from, cache.blocksFor(to));
    cache.computed(sequence, from);
    int unserved = to - Math.max(from, sequence.numServedTokens);
    if (unserved > 0) {
      TenantQueue tenant = sequence.queue();
      tenant.served += unserved / tenant.weight;
      sequence.numServedTokens = to;
    }
  }

  private void noteWaiting() {
    if (numWaiting == 0) {
      return;
    }
    int chosen = 0;
    List<TenantQueue> tenants = shares.tenants();
    for (int i = 0; i < tenants.size(); i++) {
      chosen += tenants.get(i).chosen ? 1 : 0;
    }
    for (int i = 0; i < tenants.size(); i++) {
      TenantQueue tenant = tenants.get(i);
      if (!tenant.waiting.isEmpty()) {
        tenant.reason = reason(tenant, chosen);
        tenant.waitedSteps[tenant.reason.ordinal()]++;
      }
    }
  }

  private WaitReason reason(TenantQueue tenant, int chosen) {
    if (tenant == blocked) {
      return WaitReason.BLOCKS;
    }
    if (permits.firstWaiting(tenant) == null) {
      return WaitReason.CONSTRAINT;
    }
    if (!tenant.chosen && chosen > 0) {
      return WaitReason.FAIRNESS;
    }
    if (running.size() >= options.maxRunning()) {
      return WaitReason.SEQUENCES;
    }
    return blocked != null ? WaitReason.BLOCKS : WaitReason.BUDGET;
  }
}
