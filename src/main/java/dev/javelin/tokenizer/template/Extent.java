package dev.javelin.tokenizer.template;

/**
 * How deep and how large a list or dictionary is, counting shared parts as often as they appear, so
 * that walking one is bounded however it was built.
 */
record Extent(int depth, long nodes) {
  private static final int MAX_DEPTH = 200;
  private static final long MAX_NODES = 4_000_000;
  private static final Extent LEAF = new Extent(0, 1);

  static Extent of(Iterable<Value> children) {
    int depth = 0;
    long nodes = 1;
    for (Value child : children) {
      Extent extent =
          child instanceof ListValue list
              ? list.extent()
              : child instanceof DictValue dict ? dict.extent() : LEAF;
      depth = Math.max(depth, extent.depth);
      nodes += extent.nodes;
    }
    if (depth >= MAX_DEPTH || nodes > MAX_NODES) {
      throw new EvaluationException(
          "a list or dictionary is nested deeper than "
              + MAX_DEPTH
              + " or holds more than "
              + MAX_NODES
              + " values");
    }
    return new Extent(depth + 1, nodes);
  }
}
