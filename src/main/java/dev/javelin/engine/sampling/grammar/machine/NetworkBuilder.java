package dev.javelin.engine.sampling.grammar.machine;

import dev.javelin.engine.sampling.grammar.machine.Network.Node;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Lays a grammar out as a {@link Network}, without anything that cannot be completed: what the
 * network accepts is always the beginning of a whole answer.
 */
final class NetworkBuilder {
  /** Repetitions whose copies take at most this many expressions are written out. */
  private static final int UNROLL = 24;

  private final Grammar grammar;
  private final RuleFacts facts;
  private final Budget budget;
  private final List<@Nullable Node> nodes = new ArrayList<>();
  private final Map<Node, Integer> matches = new HashMap<>();
  private final Set<ByteSet> sets = new LinkedHashSet<>();

  /** Start node of each rule; twice, the second half for its text without the empty one. */
  private final int[] starts;

  private final Deque<Integer> pending = new ArrayDeque<>();

  private NetworkBuilder(Grammar grammar, Budget budget) {
    this.grammar = grammar;
    this.budget = budget;
    facts = new RuleFacts(grammar);
    starts = new int[2 * grammar.rules().size()];
    nodes.add(new Network.Return());
    // A class of its own: a tokenizer may treat a first space alone.
    sets.add(ByteSet.of(' '));
  }

  /**
   * @throws GrammarException if the grammar is left-recursive, matches nothing or is too large
   */
  static Network build(Grammar grammar, Budget budget) {
    return new NetworkBuilder(grammar, budget).build();
  }

  private Network build() {
    facts.refuseLeftRecursion();
    if (!facts.productive(grammar.rules().get(grammar.root()))) {
      throw new GrammarException("the grammar matches no text at all");
    }
    int start = startOf(grammar.root());
    while (!pending.isEmpty()) {
      int rule = pending.poll();
      int rules = grammar.rules().size();
      Expr body =
          rule < rules ? grammar.rules().get(rule) : nonEmpty(grammar.rules().get(rule - rules));
      int first = lay(body, Network.RETURN);
      nodes.set(starts[rule], new Network.Split(new int[] {first}));
    }
    Node[] out = new Node[nodes.size()];
    for (int i = 0; i < out.length; i++) {
      Node node = nodes.get(i);
      if (node == null) {
        throw new IllegalStateException("node " + i + " was never laid");
      }
      out[i] = node;
    }
    return classes(out, start);
  }

  private int startOf(int rule) {
    if (starts[rule] == 0) {
      starts[rule] = reserve();
      pending.add(rule);
    }
    return starts[rule];
  }

  private int reserve() {
    budget.take(1);
    nodes.add(null);
    return nodes.size() - 1;
  }

  private int add(Node node) {
    budget.take(1);
    nodes.add(node);
    return nodes.size() - 1;
  }

  /** The node at which {@code expr} starts, which goes on to {@code next}. */
  private int lay(Expr expr, int next) {
    return switch (expr) {
      case Expr.Bytes(ByteSet set) -> match(set, next);
      case Expr.Token(int id, boolean others) -> add(new Network.Token(id, others, next));
      case Expr.Seq(List<Expr> parts) -> {
        int at = next;
        for (int i = parts.size() - 1; i >= 0; i--) {
          at = lay(parts.get(i), at);
        }
        yield at;
      }
      case Expr.Alt(List<Expr> options) -> {
        List<Integer> targets = new ArrayList<>();
        for (Expr option : options) {
          if (facts.productive(option)) {
            targets.add(lay(option, next));
          }
        }
        yield split(targets);
      }
      case Expr.Repeat repeat -> repeat(repeat, next);
      case Expr.Ref(int rule) -> call(rule, next);
      case Expr.Graph graph -> graph(graph, next);
    };
  }

  private int match(ByteSet set, int next) {
    sets.add(set);
    Node node = new Network.Match(set, next);
    Integer known = matches.get(node);
    if (known == null) {
      known = add(node);
      matches.put(node, known);
    }
    return known;
  }

  private int split(List<Integer> targets) {
    int[] distinct = targets.stream().mapToInt(Integer::intValue).distinct().toArray();
    return distinct.length == 1 ? distinct[0] : add(new Network.Split(distinct));
  }

  private int call(int rule, int next) {
    int start = startOf(rule);
    return next == Network.RETURN ? start : add(new Network.Call(start, next));
  }

  private int repeat(Expr.Repeat repeat, int next) {
    Expr body = repeat.body();
    int min = repeat.min();
    int max = repeat.max();
    if (max == 0 || (min == 0 && !facts.productive(body))) {
      return next;
    }
    if (facts.nullable(body)) {
      body = nonEmpty(body);
      min = 0;
      if (!facts.productive(body)) {
        return next;
      }
    }
    if (min == 0 && max == 1) {
      return split(List.of(lay(body, next), next));
    }
    if (max == Expr.UNBOUNDED && min <= 1) {
      int again = reserve();
      int first = lay(body, again);
      nodes.set(again, new Network.Split(new int[] {first, next}));
      return min == 1 ? first : again;
    }
    int copies = max == Expr.UNBOUNDED ? min : max;
    if ((long) copies * size(body, UNROLL + 1) <= UNROLL) {
      return unroll(body, min, max, next);
    }
    int loop = reserve();
    int first = lay(body, Network.RETURN);
    nodes.set(loop, new Network.Loop(first, min, max, next));
    return loop;
  }

  private int unroll(Expr body, int min, int max, int next) {
    int at = next;
    if (max == Expr.UNBOUNDED) {
      at = repeat(new Expr.Repeat(body, 0, max), next);
    }
    for (int i = max; i > min; i--) {
      at = split(List.of(lay(body, at), next));
    }
    for (int i = 0; i < min; i++) {
      at = lay(body, at);
    }
    return at;
  }

  /** Expressions inside, counted up to {@code most}. */
  private static int size(Expr expr, int most) {
    int size = 1;
    switch (expr) {
      case Expr.Bytes _, Expr.Token _, Expr.Ref _ -> {}
      case Expr.Seq(List<Expr> parts) -> size += sizes(parts, most);
      case Expr.Alt(List<Expr> options) -> size += sizes(options, most);
      case Expr.Repeat(Expr body, int _, int _) -> size += size(body, most);
      case Expr.Graph(List<List<Expr.Arc>> arcs, BitSet _) -> size += arcs.size();
    }
    return Math.min(size, most);
  }

  private static int sizes(List<Expr> parts, int most) {
    int size = 0;
    for (int i = 0; i < parts.size() && size < most; i++) {
      size += size(parts.get(i), most - size);
    }
    return size;
  }

  private int graph(Expr.Graph graph, int next) {
    List<List<Expr.Arc>> arcs = graph.arcs();
    int[] at = new int[arcs.size()];
    for (int s = 0; s < at.length; s++) {
      at[s] = reserve();
    }
    for (int s = 0; s < at.length; s++) {
      List<Integer> targets = new ArrayList<>();
      for (Expr.Arc arc : arcs.get(s)) {
        targets.add(lay(arc.label(), at[arc.target()]));
      }
      if (graph.accepting().get(s)) {
        targets.add(next);
      }
      nodes.set(at[s], new Network.Split(targets.stream().mapToInt(Integer::intValue).toArray()));
    }
    return at[0];
  }

  /** The same without the empty text: a repetition of it ends, and every round takes a byte. */
  private Expr nonEmpty(Expr expr) {
    budget.take(1);
    if (!facts.nullable(expr)) {
      return expr;
    }
    return switch (expr) {
      case Expr.Bytes bytes -> bytes;
      case Expr.Token token -> token;
      case Expr.Seq(List<Expr> parts) -> {
        List<Expr> options = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
          List<Expr> rest = new ArrayList<>(parts.subList(i, parts.size()));
          budget.take(rest.size());
          rest.set(0, nonEmpty(rest.getFirst()));
          options.add(new Expr.Seq(rest));
        }
        yield new Expr.Alt(options);
      }
      case Expr.Alt(List<Expr> options) ->
          new Expr.Alt(options.stream().map(this::nonEmpty).toList());
      case Expr.Repeat(Expr body, int _, int max) ->
          max == 0 ? Expr.NEVER : new Expr.Repeat(nonEmpty(body), 1, max);
      case Expr.Ref(int rule) -> new Expr.Ref(rule + grammar.rules().size());
      case Expr.Graph(List<List<Expr.Arc>> arcs, BitSet accepting) -> {
        // A new start that does not accept; the old one stays, for arcs that come back to it.
        List<List<Expr.Arc>> moved = new ArrayList<>();
        moved.add(shifted(arcs.getFirst()));
        arcs.forEach(from -> moved.add(shifted(from)));
        BitSet ends = new BitSet();
        accepting.stream().forEach(s -> ends.set(s + 1));
        yield new Expr.Graph(moved, ends);
      }
    };
  }

  private static List<Expr.Arc> shifted(List<Expr.Arc> arcs) {
    return arcs.stream().map(arc -> new Expr.Arc(arc.label(), arc.target() + 1)).toList();
  }

  private Network classes(Node[] out, int start) {
    Map<BitSet, Integer> known = new HashMap<>();
    byte[] byteClass = new byte[256];
    int[] classByte = new int[256];
    List<ByteSet> all = List.copyOf(sets);
    for (int b = 0; b < 256; b++) {
      BitSet inside = new BitSet();
      for (int s = 0; s < all.size(); s++) {
        inside.set(s, all.get(s).contains(b));
      }
      int fresh = known.size();
      Integer found = known.putIfAbsent(inside, fresh);
      if (found == null) {
        classByte[fresh] = b;
      }
      byteClass[b] = (byte) (found == null ? fresh : found);
    }
    return new Network(out, start, byteClass, Arrays.copyOf(classByte, known.size()));
  }
}
