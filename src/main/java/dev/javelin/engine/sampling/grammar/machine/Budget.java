package dev.javelin.engine.sampling.grammar.machine;

/** How much one compilation may still take: checked before memory is used. */
public final class Budget {
  /** States and nodes of one grammar. */
  public static final int NODES = 200_000;

  private final long deadlineNanos;
  private int left;
  private int sinceCheck;

  /**
   * @param nodes most automaton states, expressions and nodes
   * @param nanos most time from now on
   */
  public Budget(int nodes, long nanos) {
    left = nodes;
    deadlineNanos = System.nanoTime() + nanos;
  }

  /**
   * Counts {@code nodes} more.
   *
   * @throws GrammarException if there were too many, or time is up
   */
  public void take(int nodes) {
    left -= nodes;
    if (left < 0) {
      throw new GrammarException(
          "the grammar is too large: it needs more states than allowed; make repetitions smaller or"
              + " the schema simpler");
    }
    sinceCheck += nodes;
    if (sinceCheck >= 256) {
      sinceCheck = 0;
      checkTime();
    }
  }

  /**
   * @throws GrammarException if time is up
   */
  public void checkTime() {
    if (System.nanoTime() - deadlineNanos > 0) {
      throw new GrammarException(
          "the grammar takes too long to compile; make repetitions smaller or the schema simpler");
    }
    if (Thread.currentThread().isInterrupted()) {
      throw new GrammarException("compiling the grammar was interrupted");
    }
  }
}
