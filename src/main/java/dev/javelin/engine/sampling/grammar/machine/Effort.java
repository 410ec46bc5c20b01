package dev.javelin.engine.sampling.grammar.machine;

/**
 * What following a grammar by one token may still cost. Counted in parses and stacks rather than in
 * time, so that a grammar is followed, or given up, alike on every machine. Not thread-safe.
 */
final class Effort {
  /** Less than a tenth of a second; the schemas of the tests take up to a hundredth of it. */
  static final long MOST = 2_000_000;

  private long left = MOST;

  /**
   * Counts {@code n} more parses, stacks or frames of stacks.
   *
   * @throws GrammarException if there were too many
   */
  void take(long n) {
    left -= n;
    if (left < 0) {
      throw new GrammarException(
          "the grammar is too costly to follow: one token takes more than %d parses and stacks"
              .formatted(MOST));
    }
  }
}
