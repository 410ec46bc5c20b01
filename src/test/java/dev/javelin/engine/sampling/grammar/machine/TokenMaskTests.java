package dev.javelin.engine.sampling.grammar.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class TokenMaskTests {
  private static final int END = 0;
  private static final int CONTROL = 1;
  private static final int NO_BYTES = 2;

  /** Larger derivatives take too long: such grammars are compared for fewer tokens. */
  private static final int MAX_REFERENCE = 60;

  @Test
  void allowsExactlyTheTokensThatTheGrammarGoesOnWith() {
    compare(Automaton.MAX_CELLS);
  }

  @Test
  void allowsThemTooWhereTokensAreNamed() {
    compare(Automaton.MAX_CELLS, CONTROL, NO_BYTES, 3, 4, 5);
  }

  /** What is learnt is forgotten again and again, while texts go on. */
  @Test
  void allowsThemTooWhenItForgets() {
    compare(30);
    compare(30, CONTROL, NO_BYTES, 3, 4, 5);
  }

  private static void compare(long maxCells, int... named) {
    int compared = 0;
    int complete = 0;
    for (int seed = 0; seed < 1500; seed++) {
      Random random = new Random(seed);
      Grammar grammar = new RandomGrammar(random, named).next();
      Automaton automaton;
      try {
        automaton = new Automaton(grammar, false, budget(), maxCells);
      } catch (GrammarException refused) {
        continue;
      }
      List<byte[]> vocabulary = vocabulary(random);
      TokenMasks masks = new TokenMasks(automaton, trie(vocabulary));
      Derivatives reference = new Derivatives(grammar, id -> id > NO_BYTES);
      State state = masks.start();
      Expr left = reference.root();
      for (int step = 0; step < 8 && Derivatives.size(left) < MAX_REFERENCE; step++) {
        TokenMask mask = masks.of(state);
        List<Integer> allowed = new ArrayList<>();
        for (int id = 0; id < vocabulary.size(); id++) {
          boolean expected =
              id == END
                  ? reference.nullable(left)
                  : reference.matchesSome(reference.after(left, id, vocabulary.get(id)));
          assertThat(mask.allows(id))
              .as("seed %d, step %d, token %d, grammar %s", seed, step, id, grammar)
              .isEqualTo(expected);
          compared++;
          if (expected && id != END) {
            allowed.add(id);
          }
        }
        complete += reference.nullable(left) ? 1 : 0;
        if (allowed.isEmpty()) {
          break;
        }
        int token = allowed.get(random.nextInt(allowed.size()));
        state = masks.after(state, token);
        left = reference.after(left, token, vocabulary.get(token));
      }
    }
    assertThat(compared).isGreaterThan(20_000);
    assertThat(complete).isGreaterThan(300);
  }

  @Test
  void forgetsStatesWhenTheirMasksTakeTooMuch() {
    // Behind each beginning another token may come, so every state has a mask of its own.
    List<byte[]> vocabulary = new ArrayList<>(List.of(b(""), b(""), b("")));
    List<Expr> options = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      vocabulary.add(b("<%03d>".formatted(i)));
      options.add(Expr.text("<%03d><%03d>".formatted(i, 299 - i)));
    }
    Automaton automaton = new Automaton(Grammar.of(new Expr.Alt(options)), budget());
    long bytes = vocabulary.size() / 8;
    TokenMasks masks = new TokenMasks(automaton, trie(vocabulary), 10 * bytes);
    State begun = masks.start();
    masks.of(begun);
    for (int i = 0; i < 300; i++) {
      // A place that is still in use outlives what is forgotten.
      State state = masks.after(i % 2 == 0 ? begun : masks.start(), 3 + i);
      assertThat(masks.of(state).forced()).isEqualTo(3 + 299 - i);
    }
    assertThat(automaton.numStates()).isLessThan(600);
  }

  @Test
  void countsLongRepetitionsToTheLastByte() {
    Grammar grammar = Grammar.of(new Expr.Repeat(Expr.text("a"), 500, 20_000));
    List<byte[]> vocabulary = List.of(b(""), b(""), b(""), b("a"), b("aaaa"));
    TokenMasks masks = new TokenMasks(new Automaton(grammar, budget()), trie(vocabulary));
    State state = masks.start();
    for (int i = 0; i <= 20_000; i++) {
      TokenMask mask = masks.of(state);
      assertThat(mask.allows(END)).as("the end after %d", i).isEqualTo(i >= 500);
      assertThat(mask.allows(3)).as("one more after %d", i).isEqualTo(i < 20_000);
      assertThat(mask.allows(4)).as("four more after %d", i).isEqualTo(i <= 20_000 - 4);
      if (i < 20_000) {
        state = masks.after(state, 3);
      }
    }
  }

  @Test
  void judgesTokensThatHoldPartsOfCharacters() {
    byte[] euro = "€".getBytes(StandardCharsets.UTF_8);
    List<byte[]> vocabulary =
        List.of(
            b(""),
            b(""),
            b(""),
            new byte[] {euro[0]},
            new byte[] {euro[1], euro[2]},
            new byte[] {euro[1], 'x'},
            new byte[] {(byte) 0xFF},
            b("€x"));
    Grammar grammar = Grammar.of(Expr.seq(Utf8.oneOf(CharSet.of("€")), Expr.text("x")));
    TokenMasks masks = new TokenMasks(new Automaton(grammar, budget()), trie(vocabulary));

    assertThat(allowed(masks.of(masks.start()), vocabulary.size())).containsExactly(3, 7);
    State begun = masks.after(masks.start(), 3);
    assertThat(allowed(masks.of(begun), vocabulary.size())).containsExactly(4);
    assertThat(masks.of(begun).forced()).isEqualTo(4);
    assertThat(masks.after(begun, 5).isDead()).isTrue();
  }

  @Test
  void keepsAmbiguousParsesSmall() {
    // Each a may be closed by a b or by a c: 2^n stacks after n of them.
    Expr root = new Expr.Ref(0);
    Expr body =
        new Expr.Alt(
            List.of(
                Expr.seq(Expr.text("a"), root, Expr.text("b")),
                Expr.seq(Expr.text("a"), root, Expr.text("c")),
                Expr.text("x")));
    Automaton automaton = new Automaton(Grammar.of(body), budget());
    State state = automaton.start();
    for (int i = 0; i < 1000; i++) {
      state = automaton.next(state, 'a');
    }
    state = automaton.next(state, 'x');
    for (int i = 0; i < 1000; i++) {
      assertThat(state.accepts()).isFalse();
      state = automaton.next(state, i % 2 == 0 ? 'b' : 'c');
    }
    assertThat(state.accepts()).isTrue();
  }

  @Test
  void givesUpWhatIsTooCostlyToFollow() {
    // After each a every option goes on in two ways, and each counts for itself.
    List<Expr> options = new ArrayList<>();
    for (int i = 0; i < 600; i++) {
      options.add(Expr.seq(new Expr.Repeat(Expr.text("a"), 1, 20_000 + i), Expr.text("x" + i)));
    }
    Grammar grammar = Grammar.of(new Expr.Alt(options));
    List<byte[]> few = List.of(b(""), b(""), b(""), b("a"), b("aaa"), b("x5"));
    TokenMasks masks = new TokenMasks(new Automaton(grammar, budget()), trie(few));
    assertThat(allowed(masks.of(masks.start()), few.size())).containsExactly(3, 4);
    State begun = masks.after(masks.start(), 4);
    assertThat(allowed(masks.of(begun), few.size())).containsExactly(3, 4, 5);

    List<byte[]> wide = List.of(b(""), b(""), b(""), b("a"), b("a".repeat(1000)));
    TokenMasks costly = new TokenMasks(new Automaton(grammar, budget()), trie(wide));
    assertThatThrownBy(() -> costly.of(costly.start()))
        .isInstanceOf(GrammarException.class)
        .hasMessageContaining("too costly");
  }

  @Test
  void refusesLeftRecursion() {
    Grammar direct = Grammar.of(Expr.seq(new Expr.Ref(0), Expr.text("a")));
    assertThatThrownBy(() -> new Automaton(direct, budget()))
        .isInstanceOf(GrammarException.class)
        .hasMessageContaining("'root' is left-recursive");
    Grammar behindNothing =
        new Grammar(
            List.of(
                Expr.seq(Expr.optional(Expr.text("x")), new Expr.Ref(1)),
                new Expr.Alt(List.of(new Expr.Ref(0), Expr.text("y")))),
            List.of("root", "other"),
            0);
    assertThatThrownBy(() -> new Automaton(behindNothing, budget()))
        .hasMessageContaining("left-recursive");
  }

  @Test
  void refusesWhatNeverEnds() {
    Grammar endless = Grammar.of(Expr.seq(Expr.text("a"), new Expr.Ref(0)));
    assertThatThrownBy(() -> new Automaton(endless, budget()))
        .hasMessageContaining("matches no text");
  }

  @Test
  void saysThatAnAnswerNestsTooDeep() {
    Expr body =
        new Expr.Alt(
            List.of(Expr.seq(Expr.text("a"), new Expr.Ref(0), Expr.text("b")), Expr.text("x")));
    Automaton automaton = new Automaton(Grammar.of(body), budget());
    assertThatThrownBy(
            () -> {
              State state = automaton.start();
              for (int i = 0; i < 100_000; i++) {
                state = automaton.next(state, 'a');
              }
            })
        .isInstanceOf(GrammarException.class)
        .hasMessageContaining("nests deeper");
  }

  private static List<byte[]> vocabulary(Random random) {
    List<byte[]> out = new ArrayList<>(List.of(b(""), b("<ctrl>"), b("")));
    for (int i = 0; i < 24; i++) {
      StringBuilder token = new StringBuilder();
      for (int n = 1 + random.nextInt(4); n > 0; n--) {
        token.append((char) ('a' + random.nextInt(3)));
      }
      out.add(b(token.toString()));
    }
    return out;
  }

  private static TokenTrie trie(List<byte[]> vocabulary) {
    return new TokenTrie(vocabulary.size(), vocabulary::get, id -> id == CONTROL, Set.of(END));
  }

  private static List<Integer> allowed(TokenMask mask, int size) {
    List<Integer> out = new ArrayList<>();
    for (int id = 0; id < size; id++) {
      if (mask.allows(id)) {
        out.add(id);
      }
    }
    return out;
  }

  private static byte[] b(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static Budget budget() {
    return new Budget(Budget.NODES, 10_000_000_000L);
  }
}
