package dev.javelin.engine.request;

import org.jspecify.annotations.Nullable;

/**
 * A rule about which tokens an answer may hold, for example a compiled grammar. Immutable: the
 * sequences of a call share it, and each follows it with a cursor of its own.
 */
@FunctionalInterface
public interface TokenRule {
  /**
   * The place before the first token of an answer; called once for each sequence, on the engine
   * thread, so it must be quick.
   *
   * @param vocabSize logits of a row, which may be more than the tokenizer has tokens
   */
  Cursor begin(int vocabSize);

  /** Whether {@link #begin} may be called; a sequence waits in the queue until then. */
  default boolean ready() {
    return true;
  }

  /** How far one answer has come. Engine thread only; kept when its sequence is preempted. */
  interface Cursor {
    int NOT_FORCED = -1;

    /**
     * The tokens that may come next: bit {@code id % 64} of word {@code id / 64}, [ceil(vocabSize /
     * 64)]; null: any. The array is read before the next call here and never written to. No bit set
     * fails the sequence: it is given up.
     */
    long @Nullable [] allowed();

    /** The one token that may come next where that is known already, else {@link #NOT_FORCED}. */
    default int forced() {
      return NOT_FORCED;
    }

    /** Goes past a token that was sampled; tokens that end the answer come here too. */
    void accept(int token);
  }
}
