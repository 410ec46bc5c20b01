package dev.javelin.model.nn;

/**
 * What one pre-norm decoder layer does beyond the plain one: the whole of a family's recipe.
 *
 * @param qkvBias query, key and value projections have biases
 * @param outputBias the attention's output projection has one
 * @param mlpBias gate, up and down projections have biases
 * @param headNorm each query and key head is normalised before it rotates
 * @param rope positions rotate queries and keys
 * @param slidingWindow a position sees that many tokens including itself; 0: all before it
 */
public record LayerSpec(
    boolean qkvBias,
    boolean outputBias,
    boolean mlpBias,
    boolean headNorm,
    boolean rope,
    int slidingWindow) {

  /** No biases, no norms of heads, rotary positions, full attention. */
  public static LayerSpec plain() {
    return new LayerSpec(false, false, false, false, true, 0);
  }

  public LayerSpec withQkvBias(boolean value) {
    return new LayerSpec(value, outputBias, mlpBias, headNorm, rope, slidingWindow);
  }

  public LayerSpec withOutputBias(boolean value) {
    return new LayerSpec(qkvBias, value, mlpBias, headNorm, rope, slidingWindow);
  }

  public LayerSpec withMlpBias(boolean value) {
    return new LayerSpec(qkvBias, outputBias, value, headNorm, rope, slidingWindow);
  }

  public LayerSpec withHeadNorm() {
    return new LayerSpec(qkvBias, outputBias, mlpBias, true, rope, slidingWindow);
  }

  public LayerSpec withRope(boolean value) {
    return new LayerSpec(qkvBias, outputBias, mlpBias, headNorm, value, slidingWindow);
  }

  public LayerSpec withSlidingWindow(int tokens) {
    return new LayerSpec(qkvBias, outputBias, mlpBias, headNorm, rope, tokens);
  }
}
