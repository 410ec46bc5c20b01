package dev.javelin.engine.sampling.grammar.machine;

/** A set of byte values 0 to 255, one bit each. */
public record ByteSet(long w0, long w1, long w2, long w3) {
  public static final ByteSet NONE = new ByteSet(0, 0, 0, 0);

  /**
   * @param from,to both inside
   */
  public static ByteSet range(int from, int to) {
    ByteSet set = NONE;
    for (int b = from; b <= to; b++) {
      set = set.with(b);
    }
    return set;
  }

  public static ByteSet of(int... values) {
    ByteSet set = NONE;
    for (int b : values) {
      set = set.with(b);
    }
    return set;
  }

  public ByteSet with(int b) {
    long bit = 1L << (b & 63);
    return switch (b >> 6) {
      case 0 -> new ByteSet(w0 | bit, w1, w2, w3);
      case 1 -> new ByteSet(w0, w1 | bit, w2, w3);
      case 2 -> new ByteSet(w0, w1, w2 | bit, w3);
      case 3 -> new ByteSet(w0, w1, w2, w3 | bit);
      default -> throw new IllegalArgumentException("no byte: " + b);
    };
  }

  public boolean contains(int b) {
    long word =
        switch (b >> 6) {
          case 0 -> w0;
          case 1 -> w1;
          case 2 -> w2;
          default -> w3;
        };
    return (word >>> (b & 63) & 1) != 0;
  }

  public boolean isEmpty() {
    return (w0 | w1 | w2 | w3) == 0;
  }
}
