package dev.javelin.engine.sampling.grammar;

import dev.javelin.engine.request.TokenRule;
import dev.javelin.engine.sampling.grammar.machine.GrammarException;
import dev.javelin.engine.sampling.grammar.machine.State;
import dev.javelin.engine.sampling.grammar.machine.TokenMasks;
import java.util.concurrent.Executor;

/** Where one answer is in its grammar. Engine thread only; masks are prepared on another. */
final class GrammarCursor implements TokenRule.Cursor {
  private static final System.Logger LOG = System.getLogger(GrammarCursor.class.getName());

  private final TokenMasks masks;
  private final Executor preparing;
  private final long[] nothing;
  private State state;
  private boolean ended;

  /**
   * @param preparing computes the next mask while the model runs
   */
  GrammarCursor(TokenMasks masks, Executor preparing, int vocabSize) {
    this.masks = masks;
    this.preparing = preparing;
    nothing = new long[Math.ceilDiv(vocabSize, Long.SIZE)];
    state = masks.start();
  }

  @Override
  public long[] allowed() {
    if (ended) {
      return nothing;
    }
    try {
      return masks.of(state).bits();
    } catch (GrammarException e) {
      // Only this sequence may fail, not the step with all its others.
      LOG.log(System.Logger.Level.WARNING, "a grammar was given up: {0}", e.getMessage());
      return nothing;
    }
  }

  @Override
  public int forced() {
    // A mask that is not there yet is left to the other thread.
    return ended || !masks.has(state) ? NOT_FORCED : masks.of(state).forced();
  }

  @Override
  public void accept(int token) {
    if (ended) {
      return;
    }
    if (masks.isEnd(token)) {
      ended = true;
      return;
    }
    State next;
    try {
      next = masks.after(state, token);
    } catch (GrammarException e) {
      LOG.log(System.Logger.Level.WARNING, "a grammar was given up: {0}", e.getMessage());
      ended = true;
      return;
    }
    state = next;
    if (!masks.has(next)) {
      preparing.execute(() -> prepare(next));
    }
  }

  private void prepare(State next) {
    try {
      masks.prepare(next);
    } catch (GrammarException e) {
      LOG.log(System.Logger.Level.DEBUG, "the step will tell", e);
    }
  }
}
