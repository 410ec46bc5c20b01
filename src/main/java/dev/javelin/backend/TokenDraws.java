package dev.javelin.backend;

/**
 * How a step's tokens are drawn, one entry for each row of its logits. A row's weights are {@code
 * exp(logit / temperature)}. Of its tokens stay those that weigh at least {@code minP} times the
 * best and are no less likely than the {@code topK}-th; of these the fewest likeliest whose
 * probability reaches {@code topP}. The token is the first at which the weights of those that stay
 * exceed {@code uniform} times their sum: in order of likelihood, of equal ones the lower id first,
 * where {@code topP} is below 1, otherwise in order of ids. Arrays may be longer than the count.
 */
public final class TokenDraws {
  /** Rows that are drawn; 0: this step draws nothing. */
  public int count;

  /** [count] 0: the likeliest token, whatever the rest says. */
  public final float[] temperature;

  /** [count] 0: all. */
  public final float[] minP;

  /** [count] at most 1: all. */
  public final float[] topP;

  /** [count] 0 or less: all. */
  public final int[] topK;

  /** [count] in [0, 1). */
  public final double[] uniform;

  public TokenDraws(int maxRows) {
    temperature = new float[maxRows];
    minP = new float[maxRows];
    topP = new float[maxRows];
    topK = new int[maxRows];
    uniform = new double[maxRows];
  }
}
