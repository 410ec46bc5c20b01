package dev.javelin.engine.scheduler;

import org.jspecify.annotations.Nullable;

/** What the constraint permits in one step; asked once for each sequence. */
final class StepPermits {
  private final SchedulingConstraint constraint;
  private long step;
  private boolean refused;

  StepPermits(SchedulingConstraint constraint) {
    this.constraint = constraint;
  }

  void beginStep() {
    step++;
    refused = false;
  }

  /** Whether the constraint kept something out of this step. */
  boolean refused() {
    return refused;
  }

  /** Whether a sequence may be computed, and up to {@link Sequence#permitted} tokens of it. */
  boolean mayRun(Sequence sequence) {
    if (sequence.expectsLast()) {
      return false;
    }
    if (sequence.askedStep != step) {
      sequence.askedStep = step;
      sequence.permitted = constraint.limit(sequence, sequence.numMissingTokens());
      refused |= sequence.permitted == 0;
    }
    return sequence.permitted > 0;
  }

  /** The first of a tenant's waiting sequences that may run; null: none may. */
  @Nullable Sequence firstWaiting(TenantQueue tenant) {
    for (Sequence sequence : tenant.waiting) {
      if (mayRun(sequence)) {
        return sequence;
      }
    }
    return null;
  }
}
