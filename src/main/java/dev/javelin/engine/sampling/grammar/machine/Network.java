package dev.javelin.engine.sampling.grammar.machine;

/**
 * A grammar as a graph of nodes (a recursive transition network; Woods, 1970). Node 0 returns to
 * the caller.
 *
 * @param nodes what each node does
 * @param start the node a whole answer starts at
 * @param byteClass [256] which bytes no node tells apart
 * @param classByte [classes] one byte of each class
 */
record Network(Node[] nodes, int start, byte[] byteClass, int[] classByte) {
  static final int RETURN = 0;

  sealed interface Node {}

  /** Ends a rule or a repetition's body. */
  record Return() implements Node {}

  record Match(ByteSet set, int next) implements Node {}

  record Split(int[] targets) implements Node {}

  record Call(int start, int next) implements Node {}

  /**
   * Repeats a body that matches no empty text and ends in {@link #RETURN}.
   *
   * @param max {@link Expr#UNBOUNDED} for none
   */
  record Loop(int body, int min, int max, int next) implements Node {}

  int classes() {
    return classByte.length;
  }

  int classOf(int b) {
    return byteClass[b] & 0xFF;
  }
}
