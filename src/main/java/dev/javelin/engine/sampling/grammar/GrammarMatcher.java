package dev.javelin.engine.sampling.grammar;

import dev.javelin.engine.sampling.grammar.machine.State;
import dev.javelin.engine.sampling.grammar.machine.TokenMask;
import dev.javelin.engine.sampling.grammar.machine.TokenMasks;

/** Where one sequence is in its grammar. Engine thread only. */
public final class GrammarMatcher {
  private final TokenMasks masks;
  private State state;

  public GrammarMatcher(TokenMasks masks) {
    this.masks = masks;
    state = masks.start();
  }

  /**
   * The tokens that may come next.
   *
   * @throws dev.javelin.engine.sampling.grammar.machine.GrammarException if the grammar is too
   *     ambiguous to follow
   */
  public TokenMask mask() {
    return masks.of(state);
  }

  /**
   * Goes on by one token.
   *
   * @return false if the grammar does not allow it; then the matcher stays where it is
   */
  public boolean accept(int token) {
    if (masks.isEnd(token)) {
      return state.accepts();
    }
    State next = masks.after(state, token);
    if (next.isDead()) {
      return false;
    }
    state = next;
    return true;
  }

  /** Whether the answer so far is whole. */
  public boolean isComplete() {
    return state.accepts();
  }

  State state() {
    return state;
  }
}
