package dev.javelin.engine.sampling.grammar.machine;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;

/**
 * A vocabulary's tokens by their bytes, as a tree laid out depth first: tokens that begin alike are
 * judged once, and a byte that cannot come skips everything behind it. Immutable.
 */
public final class TokenTrie {
  private final int vocabSize;
  private final int[] endTokens;

  /** [nodes] in depth-first order. */
  private final byte[] bytes;

  /** [nodes] 1 for the first byte of a token. */
  private final int[] depths;

  /** [nodes] where the walk goes on when a node's byte cannot come. */
  private final int[] skips;

  /** [nodes + 1] where each node's tokens start in {@link #tokens}. */
  private final int[] firstToken;

  private final int[] tokens;
  private final int longest;

  /** [vocabSize + 1] where each token's bytes start in {@link #text}. */
  private final int[] textStart;

  private final byte[] text;

  /** [ceil(vocabSize / 64)] a bit for each token with text. */
  private final long[] textTokens;

  /**
   * @param vocabSize ids run below it
   * @param tokenBytes the bytes of a token; tokens without bytes are never allowed
   * @param special control tokens, which no text contains
   * @param endTokens allowed exactly where an answer is complete
   */
  public TokenTrie(
      int vocabSize, IntFunction<byte[]> tokenBytes, IntPredicate special, Set<Integer> endTokens) {
    this.vocabSize = vocabSize;
    this.endTokens = endTokens.stream().mapToInt(Integer::intValue).sorted().toArray();
    List<Token> sorted = new ArrayList<>();
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    textStart = new int[vocabSize + 1];
    textTokens = new long[Math.ceilDiv(vocabSize, Long.SIZE)];
    for (int id = 0; id < vocabSize; id++) {
      byte[] own = tokenBytes.apply(id);
      if (own.length > 0 && !special.test(id) && !endTokens.contains(id)) {
        sorted.add(new Token(id, own));
        textTokens[id >> 6] |= 1L << id;
        all.writeBytes(own);
      }
      textStart[id + 1] = all.size();
    }
    text = all.toByteArray();
    sorted.sort((a, b) -> Arrays.compareUnsigned(a.text, b.text));
    int nodes = 0;
    byte[] last = {};
    for (Token token : sorted) {
      nodes += token.text.length - shared(last, token.text);
      last = token.text;
    }
    bytes = new byte[nodes];
    depths = new int[nodes];
    skips = new int[nodes];
    firstToken = new int[nodes + 1];
    tokens = new int[sorted.size()];
    longest = fill(sorted);
  }

  private record Token(int id, byte[] text) {}

  private int fill(List<Token> sorted) {
    int node = 0;
    int count = 0;
    int most = 0;
    byte[] last = {};
    for (Token token : sorted) {
      for (int d = shared(last, token.text); d < token.text.length; d++) {
        bytes[node] = token.text[d];
        depths[node] = d + 1;
        firstToken[node++] = count;
      }
      tokens[count++] = token.id;
      most = Math.max(most, token.text.length);
      last = token.text;
    }
    firstToken[node] = count;
    int[] open = new int[most + 2];
    Arrays.fill(open, node);
    for (int i = node - 1; i >= 0; i--) {
      skips[i] = open[depths[i]];
      Arrays.fill(open, depths[i], open.length, i);
    }
    return most;
  }

  private static int shared(byte[] a, byte[] b) {
    int at = Arrays.mismatch(a, b);
    return at < 0 ? a.length : at;
  }

  /** Most bytes of a token. */
  public int longest() {
    return longest;
  }

  public int vocabSize() {
    return vocabSize;
  }

  public boolean isEnd(int token) {
    return Arrays.binarySearch(endTokens, token) >= 0;
  }

  /** The state after a token; dead if it cannot come. */
  State after(Automaton automaton, State from, int token) {
    boolean isText = textStart[token] < textStart[token + 1];
    Effort effort = new Effort();
    State spelled = isText ? from : automaton.deadState();
    for (int i = textStart[token]; i < textStart[token + 1]; i++) {
      spelled = automaton.next(spelled, text[i] & 0xFF, effort);
    }
    return automaton.namesTokens()
        ? automaton.either(spelled, automaton.nextToken(from, token, isText, effort))
        : spelled;
  }

  /**
   * The tokens whose bytes may follow or that the grammar names, and the end tokens where the
   * answer is complete.
   *
   * @throws GrammarException if the grammar is too ambiguous or costly to follow
   */
  TokenMask mask(Automaton automaton, State from) {
    long[] allowed = new long[vocabSize + 63 >> 6];
    State[] path = new State[longest + 1];
    path[0] = from;
    Effort effort = new Effort();
    int node = 0;
    while (node < bytes.length) {
      int depth = depths[node];
      State state = automaton.next(path[depth - 1], bytes[node] & 0xFF, effort);
      if (state.isDead()) {
        node = skips[node];
        continue;
      }
      path[depth] = state;
      for (int t = firstToken[node]; t < firstToken[node + 1]; t++) {
        allowed[tokens[t] >> 6] |= 1L << tokens[t];
      }
      node++;
    }
    automaton.addNamed(from, allowed, textTokens);
    if (from.accepts()) {
      for (int end : endTokens) {
        allowed[end >> 6] |= 1L << end;
      }
    }
    return new TokenMask(allowed);
  }
}
