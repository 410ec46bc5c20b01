package dev.javelin.engine.sampling.grammar.machine;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A grammar for one vocabulary: the mask of each state, computed once. Equal masks are kept once.
 * Thread-safe; whoever asks for a mask that another thread computes waits for it.
 */
public final class TokenMasks {
  /** Kept before all states are forgotten with their masks; each has a bit for every token. */
  static final long MAX_MASK_BYTES = 32 << 20;

  /** Masks that {@link #prepare} computes at once. */
  private static final int MAX_PREPARED = 64;

  private final Automaton automaton;
  private final TokenTrie trie;
  private final long maxMaskBytes;
  private final Map<TokenMask, TokenMask> distinct = new HashMap<>();

  public TokenMasks(Automaton automaton, TokenTrie trie) {
    this(automaton, trie, MAX_MASK_BYTES);
  }

  TokenMasks(Automaton automaton, TokenTrie trie, long maxMaskBytes) {
    this.automaton = automaton;
    this.trie = trie;
    this.maxMaskBytes = maxMaskBytes;
  }

  public State start() {
    return automaton.start();
  }

  /** Whether {@link #of} would answer at once. */
  public boolean has(State state) {
    return state.mask != null;
  }

  /**
   * @throws GrammarException if the grammar is too ambiguous or costly to follow
   */
  public TokenMask of(State state) {
    @Nullable TokenMask known = state.mask;
    return known != null ? known : compute(state);
  }

  private synchronized TokenMask compute(State state) {
    @Nullable TokenMask mask = state.mask;
    if (mask != null) {
      return mask;
    }
    State same = automaton.shortened(state, trie.longest());
    mask = same.mask;
    if (mask == null) {
      mask = trie.mask(automaton, same);
      if ((long) distinct.size() * trie.vocabSize() / 8 > maxMaskBytes) {
        distinct.clear();
        automaton.forget();
      }
      TokenMask kept = distinct.putIfAbsent(mask, mask);
      mask = kept == null ? mask : kept;
      same.mask = mask;
    }
    state.mask = mask;
    return mask;
  }

  /**
   * Computes the mask of a state, and those of the states that can only follow it.
   *
   * @throws GrammarException if the grammar is too ambiguous or costly to follow
   */
  public void prepare(State from) {
    State state = from;
    for (int i = 0; i < MAX_PREPARED; i++) {
      int forced = of(state).forced();
      if (forced == TokenMask.NOT_FORCED || isEnd(forced)) {
        return;
      }
      state = after(state, forced);
    }
  }

  /** Whether a token ends an answer. */
  public boolean isEnd(int token) {
    return trie.isEnd(token);
  }

  /** The state after a token; dead if it cannot come. */
  public State after(State state, int token) {
    return trie.after(automaton, state, token);
  }
}
