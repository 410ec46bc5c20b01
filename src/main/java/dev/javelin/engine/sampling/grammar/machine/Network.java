package dev.javelin.engine.sampling.grammar.machine;

import java.util.Arrays;

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

  /**
   * @param others any token of text but {@code id}
   */
  record Token(int id, boolean others, int next) implements Node {
    /**
     * @param text whether {@code token} is text rather than a control token
     */
    boolean matches(int token, boolean text) {
      return others ? text && token != id : token == id;
    }
  }

  record Split(int[] targets) implements Node {}

  record Call(int start, int next) implements Node {}

  /**
   * Repeats a body that matches no empty text and ends in {@link #RETURN}.
   *
   * @param max {@link Expr#UNBOUNDED} for none
   */
  record Loop(int body, int min, int max, int next) implements Node {}

  boolean namesTokens() {
    return Arrays.stream(nodes).anyMatch(node -> node instanceof Token);
  }

  int classes() {
    return classByte.length;
  }

  int classOf(int b) {
    return byteClass[b] & 0xFF;
  }
}
