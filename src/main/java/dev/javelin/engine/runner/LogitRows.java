package dev.javelin.engine.runner;

import dev.javelin.backend.Backend;
import dev.javelin.model.Model;
import dev.javelin.tensor.Tensor;

/**
 * Logits of hidden states, on the host. A chunk of a prompt whose every token is to be scored would
 * need hundreds of megabytes of them at once, so they are computed a few rows at a time. Reused
 * every step.
 */
final class LogitRows {
  private static final int SLICE = 16;

  private final Backend backend;
  private final Model model;
  private final int vocabSize;
  private final float[] values;

  LogitRows(Backend backend, Model model) {
    this.backend = backend;
    this.model = model;
    vocabSize = model.config().vocabSize();
    values = new float[SLICE * vocabSize];
  }

  static long bytes(int vocabSize) {
    return (long) Float.BYTES * SLICE * vocabSize;
  }

  /** Takes rows in ascending order. */
  interface Reader {
    /**
     * @param logits may be changed; token {@code id} of this row is at {@code offset + id}
     */
    void accept(int row, float[] logits, int offset);
  }

  /**
   * @param hidden [at least numRows, hiddenSize]
   */
  void read(Tensor hidden, int numRows, Reader reader) {
    for (int from = 0; from < numRows; from += SLICE) {
      int to = Math.min(from + SLICE, numRows);
      int mark = backend.workspace().mark();
      backend.read(model.logits(hidden.rows(from, to)), values);
      backend.workspace().release(mark);
      for (int row = from; row < to; row++) {
        reader.accept(row, values, (row - from) * vocabSize);
      }
    }
  }
}
