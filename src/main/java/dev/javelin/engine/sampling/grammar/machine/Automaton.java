package dev.javelin.engine.sampling.grammar.machine;

import dev.javelin.engine.sampling.grammar.machine.Network.Node;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Runs a grammar over bytes, and the tokens that it names: all its parses at once, as a set of
 * stacks (Tomita, 1985), made deterministic as far as texts reach and kept, so that a byte seen
 * before costs one look-up. Thread-safe.
 */
public final class Automaton {
  /** Stacks and their frames kept before everything is forgotten and made anew. */
  static final long MAX_CELLS = 600_000;

  /** Parses of one text at once. */
  static final int MAX_PARSES = 4_000;

  /** How deep repetitions are shortened: deeper ones only cost sharing. */
  private static final int SHORTENED_FRAMES = 64;

  private record Item(int node, Stacks below) {}

  private final boolean dropsFirstSpace;
  private final Network network;
  private final boolean namesTokens;
  private final long maxCells;
  private StackTable table = new StackTable(0);
  private final Map<Stacks, State> states = new HashMap<>();
  private State start;
  private State dead;

  /**
   * @throws GrammarException if the grammar is left-recursive, matches nothing or is too large
   */
  public Automaton(Grammar grammar, Budget budget) {
    this(grammar, false, budget);
  }

  /**
   * @param dropsFirstSpace whether one space before the text is to be there and not to count, as
   *     some tokenizers write it
   * @throws GrammarException if the grammar is left-recursive, matches nothing or is too large
   */
  public Automaton(Grammar grammar, boolean dropsFirstSpace, Budget budget) {
    this(grammar, dropsFirstSpace, budget, MAX_CELLS);
  }

  /**
   * @param maxCells stacks and frames kept before everything is forgotten and made anew
   */
  Automaton(Grammar grammar, boolean dropsFirstSpace, Budget budget, long maxCells) {
    this.dropsFirstSpace = dropsFirstSpace;
    this.maxCells = maxCells;
    network = NetworkBuilder.build(grammar, budget);
    namesTokens = network.namesTokens();
    dead = new State(table.none, network.classes());
    start = first();
  }

  private State first() {
    ArrayDeque<Item> open = new ArrayDeque<>();
    open.add(new Item(network.start(), table.bottom));
    Effort effort = new Effort();
    State first = state(close(open, effort));
    if (!dropsFirstSpace) {
      return first;
    }
    // Like the first state in all but the space, which leads to it: a text's own space comes after.
    State before = new State(first.stacks, network.classes());
    for (int b = 0; b < 256; b++) {
      if (b != ' ') {
        before.next[network.classOf(b)] = next(first, b, effort);
      }
    }
    before.next[network.classOf(' ')] = first;
    return before;
  }

  /** Before the first byte. */
  public synchronized State start() {
    return start;
  }

  /**
   * The state after one more byte.
   *
   * @param b 0 to 255
   * @throws GrammarException if the grammar is too ambiguous or costly to follow
   */
  public State next(State from, int b) {
    return next(from, b, new Effort());
  }

  State next(State from, int b, Effort effort) {
    if (from.next.length == 0) {
      return from.isDead() ? from : deadState();
    }
    int byteClass = network.classOf(b);
    State known = from.next[byteClass];
    return known != null ? known : step(from, byteClass, effort);
  }

  /** States that are known. */
  synchronized int numStates() {
    return states.size();
  }

  /** Where no text goes on. */
  synchronized State deadState() {
    return dead;
  }

  private synchronized State step(State from, int byteClass, Effort effort) {
    State known = from.next[byteClass];
    if (known != null) {
      return known;
    }
    int b = network.classByte()[byteClass];
    Stacks stacks = from.stacks;
    ArrayDeque<Item> open = new ArrayDeque<>();
    for (int i = 0; i < stacks.frames.length; i++) {
      if (node(stacks, i) instanceof Network.Match(ByteSet set, int next) && set.contains(b)) {
        open.add(new Item(next, stacks.below[i]));
      }
    }
    State next = after(open, effort);
    from.next[byteClass] = next;
    return next;
  }

  /** Whether the grammar names tokens, beside the bytes that most tokens are judged by. */
  boolean namesTokens() {
    return namesTokens;
  }

  /**
   * The state after a token that the grammar names there; dead if it does not.
   *
   * @param text whether it is text rather than a control token
   * @throws GrammarException if the grammar is too ambiguous or costly to follow
   */
  synchronized State nextToken(State from, int token, boolean text, Effort effort) {
    Stacks stacks = from.stacks;
    ArrayDeque<Item> open = new ArrayDeque<>();
    for (int i = 0; i < stacks.frames.length; i++) {
      if (node(stacks, i) instanceof Network.Token named && named.matches(token, text)) {
        open.add(new Item(named.next(), stacks.below[i]));
      }
    }
    return after(open, effort);
  }

  /**
   * Adds the tokens that the grammar names in a state.
   *
   * @param allowed bit {@code id % 64} of word {@code id / 64}
   * @param text the same for all tokens of text
   */
  void addNamed(State from, long[] allowed, long[] text) {
    Stacks stacks = from.stacks;
    for (int i = 0; i < stacks.frames.length; i++) {
      if (node(stacks, i) instanceof Network.Token(int id, boolean others, int _)) {
        int word = id >> 6;
        long bit = 1L << id;
        if (!others) {
          allowed[word] |= bit;
        }
        for (int w = 0; others && w < allowed.length; w++) {
          allowed[w] |= w == word ? text[w] & ~bit : text[w];
        }
      }
    }
  }

  /** Both of what two texts can go on with. */
  synchronized State either(State a, State b) {
    if (a.isDead() || b.isDead()) {
      return a.isDead() ? b : a;
    }
    return state(table.union(a.stacks, b.stacks));
  }

  private Node node(Stacks stacks, int i) {
    return network.nodes()[Stacks.node(stacks.frames[i])];
  }

  private State after(ArrayDeque<Item> open, Effort effort) {
    if (open.isEmpty()) {
      return dead;
    }
    if (table.cells() > maxCells) {
      forget();
    }
    return state(close(open, effort));
  }

  /** Drops what was learnt; states in use go on with the stacks they have. */
  synchronized void forget() {
    // Ids go on: sets made before are in use, and unions are known by the ids of their parts.
    table = new StackTable(table.nextId());
    states.clear();
    dead = new State(table.none, network.classes());
    start = first();
  }

  private State state(Stacks stacks) {
    return states.computeIfAbsent(stacks, s -> new State(s, network.classes()));
  }

  /** Follows everything that takes no byte. */
  private Stacks close(ArrayDeque<Item> open, Effort effort) {
    long before = table.cells();
    Set<Item> seen = new HashSet<>();
    List<Item> matches = new ArrayList<>();
    boolean complete = false;
    while (!open.isEmpty()) {
      Item item = open.poll();
      if (!seen.add(item)) {
        continue;
      }
      if (seen.size() > MAX_PARSES) {
        throw new GrammarException(
            "the grammar is too ambiguous: one text has more than %d parses at once"
                .formatted(MAX_PARSES));
      }
      Stacks below = item.below();
      Node node = network.nodes()[item.node()];
      switch (node) {
        case Network.Match _, Network.Token _ -> matches.add(item);
        case Network.Split(int[] targets) -> {
          for (int target : targets) {
            open.add(new Item(target, below));
          }
        }
        case Network.Call(int rule, int next) ->
            open.add(new Item(rule, table.push(Stacks.frame(next), below)));
        case Network.Loop loop -> round(open, loop, item.node(), 0, below);
        case Network.Return _ -> {
          complete |= below.empty;
          for (int i = 0; i < below.frames.length; i++) {
            resume(open, below.frames[i], below.below[i]);
          }
        }
      }
    }
    Stacks closed = top(matches, complete);
    effort.take(seen.size() + table.cells() - before);
    return closed;
  }

  private void resume(ArrayDeque<Item> open, long frame, Stacks below) {
    int node = Stacks.node(frame);
    if (Stacks.isLoop(frame)) {
      Network.Loop loop = (Network.Loop) network.nodes()[node];
      round(open, loop, node, Stacks.count(frame) + 1, below);
    } else {
      open.add(new Item(node, below));
    }
  }

  /** Goes on after {@code done} rounds of a repetition: out of it, or round again. */
  private void round(ArrayDeque<Item> open, Network.Loop loop, int node, int done, Stacks below) {
    if (done >= loop.min()) {
      open.add(new Item(loop.next(), below));
    }
    if (loop.max() == Expr.UNBOUNDED || done < loop.max()) {
      int count = loop.max() == Expr.UNBOUNDED ? Math.min(done, loop.min()) : done;
      open.add(new Item(loop.body(), table.push(Stacks.frame(node, count), below)));
    }
  }

  private Stacks top(List<Item> matches, boolean complete) {
    matches.sort((a, b) -> Integer.compare(a.node(), b.node()));
    long[] frames = new long[matches.size()];
    Stacks[] below = new Stacks[frames.length];
    int n = 0;
    for (Item item : matches) {
      long frame = Stacks.frame(item.node());
      if (n > 0 && frames[n - 1] == frame) {
        below[n - 1] = table.union(below[n - 1], item.below());
      } else {
        frames[n] = frame;
        below[n++] = item.below();
      }
    }
    return table.intern(Arrays.copyOf(frames, n), Arrays.copyOf(below, n), complete);
  }

  /**
   * A state that goes on alike for {@code bytes} more bytes: repetitions whose bounds lie further
   * away count as one.
   */
  synchronized State shortened(State state, int bytes) {
    Stacks shortened = shortened(state.stacks, bytes, 0, new HashMap<>());
    return shortened == state.stacks ? state : state(shortened);
  }

  private Stacks shortened(Stacks stacks, int bytes, int depth, Map<Stacks, Stacks> done) {
    if (depth == SHORTENED_FRAMES) {
      return stacks;
    }
    @Nullable Stacks known = done.get(stacks);
    if (known != null) {
      return known;
    }
    Stacks out = table.none;
    boolean changed = false;
    Stacks[] below = new Stacks[stacks.below.length];
    long[] frames = stacks.frames.clone();
    for (int i = 0; i < frames.length; i++) {
      below[i] = shortened(stacks.below[i], bytes, depth + 1, done);
      frames[i] = shortened(frames[i], bytes);
      changed |= frames[i] != stacks.frames[i] || below[i] != stacks.below[i];
    }
    if (!changed) {
      out = stacks;
    } else {
      for (int i = 0; i < frames.length; i++) {
        out = table.union(out, table.push(frames[i], below[i]));
      }
      out = stacks.empty ? table.union(out, table.bottom) : out;
    }
    done.put(stacks, out);
    return out;
  }

  private long shortened(long frame, int bytes) {
    if (!Stacks.isLoop(frame)) {
      return frame;
    }
    int node = Stacks.node(frame);
    Network.Loop loop = (Network.Loop) network.nodes()[node];
    int count = Stacks.count(frame);
    if (loop.max() != Expr.UNBOUNDED && loop.max() - count <= bytes) {
      return frame;
    }
    if (count >= loop.min()) {
      return Stacks.frame(node, loop.min());
    }
    return loop.min() - count > bytes ? Stacks.frame(node, 0) : frame;
  }
}
