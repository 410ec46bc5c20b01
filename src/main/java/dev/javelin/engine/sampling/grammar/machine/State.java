package dev.javelin.engine.sampling.grammar.machine;

import org.jspecify.annotations.Nullable;

/**
 * Where an {@link Automaton} is after some bytes. Two texts that can go on alike have the same
 * state. Read by many threads; only the automaton writes.
 */
public final class State {
  final Stacks stacks;

  /**
   * [classes] what follows each class of bytes, null where nobody has asked yet. Read without a
   * lock: a reader sees a whole state, whose fields are final, or null, and then asks the
   * automaton.
   */
  final @Nullable State[] next;

  /** Computed once, then kept. */
  volatile @Nullable TokenMask mask;

  State(Stacks stacks, int classes) {
    this.stacks = stacks;
    next = new State[stacks.frames.length == 0 ? 0 : classes];
  }

  /** Whether the bytes so far are a whole answer. */
  public boolean accepts() {
    return stacks.empty;
  }

  /** Whether no answer starts with the bytes so far. */
  public boolean isDead() {
    return stacks.isNone();
  }
}
