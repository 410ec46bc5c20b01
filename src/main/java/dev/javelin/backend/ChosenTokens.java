package dev.javelin.backend;

import dev.javelin.tensor.Tensor;

/**
 * The tokens that steps choose on the device. Where it {@link #feeds}, the next step may be
 * enqueued before the host knows them: its batch says {@link #ofRow} in place of a token id.
 */
public interface ChosenTokens {
  /** In place of a token id: the one that row {@code row} of the step before chose. */
  static int ofRow(int row) {
    return -1 - row;
  }

  /** Whether embeddings take {@link #ofRow} for a token id. */
  boolean feeds();

  /**
   * Where the step that is being enqueued puts its choices.
   *
   * @return [rows, 1] float32, which holds every token id below 2^24
   */
  Tensor rows(int rows);

  /** Whether {@link #draw} is there. */
  boolean draws();

  /**
   * Draws a token of each row; {@link Ops#NO_MAXIMUM} for a row without a largest number.
   *
   * @param chosen [rows, 1] what {@link #rows} returned
   * @param logits [rows, vocabSize] float32
   * @param draws those of the step's batch
   * @throws UnsupportedOperationException unless {@link #draws}
   */
  void draw(Tensor chosen, Tensor logits, TokenDraws draws);

  /**
   * Enqueues the copy of the first {@code count} of {@code chosen} to the host. Two may be awaited
   * at a time.
   *
   * @param chosen what {@link #rows} returned
   */
  Reading read(Tensor chosen, int count);

  /** A copy on its way. */
  @FunctionalInterface
  interface Reading {
    /**
     * Waits; called once.
     *
     * @param target [at least the count] gets the tokens
     */
    void await(float[] target);
  }

  /** For a backend whose ops are done when they return. */
  static ChosenTokens atOnce(Backend backend) {
    return new ChosenTokens() {
      @Override
      public boolean feeds() {
        return false;
      }

      @Override
      public Tensor rows(int rows) {
        return backend.workspace().floats(rows, 1);
      }

      @Override
      public boolean draws() {
        return false;
      }

      @Override
      public void draw(Tensor chosen, Tensor logits, TokenDraws draws) {
        throw new UnsupportedOperationException("this backend draws no tokens");
      }

      @Override
      public Reading read(Tensor chosen, int count) {
        return target -> backend.read(chosen.rows(0, count), target);
      }
    };
  }
}
