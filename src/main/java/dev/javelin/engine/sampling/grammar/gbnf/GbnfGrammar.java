package dev.javelin.engine.sampling.grammar.gbnf;

import dev.javelin.engine.sampling.grammar.machine.CharSet;
import dev.javelin.engine.sampling.grammar.machine.Expr;
import dev.javelin.engine.sampling.grammar.machine.Grammar;
import dev.javelin.engine.sampling.grammar.machine.GrammarException;
import dev.javelin.engine.sampling.grammar.machine.Utf8;
import dev.javelin.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Parses <a href="https://github.com/ggml-org/llama.cpp/blob/master/grammars/README.md">GBNF</a>:
 * rules of literals, character classes, token literals, groups, alternatives and repetitions.
 */
public final class GbnfGrammar {
  private static final int MAX_DEPTH = 200;
  private static final int MAX_COUNT = 1_000_000;

  private final String source;
  private final TokenNames tokens;
  private final Map<String, Integer> numbers = new LinkedHashMap<>();
  private final Map<Integer, Expr> rules = new HashMap<>();
  private final Map<String, Integer> firstUse = new HashMap<>();
  private int at;
  private int depth;

  private GbnfGrammar(String source, Tokenizer tokenizer) {
    this.source = source;
    tokens = new TokenNames(tokenizer);
  }

  /**
   * @param tokenizer of the model, for its token literals
   * @throws GrammarException if it is malformed, has no root rule, or uses a rule or token it does
   *     not define or the model does not have; the message says in which line
   */
  public static Grammar parse(String source, Tokenizer tokenizer) {
    return new GbnfGrammar(source, tokenizer).parse();
  }

  private Grammar parse() {
    blanks(true);
    while (at < source.length()) {
      rule();
      blanks(true);
    }
    Integer root = numbers.get("root");
    if (root == null || !rules.containsKey(root)) {
      throw new GrammarException("the grammar has no rule 'root'");
    }
    List<Expr> bodies = new ArrayList<>();
    List<String> names = List.copyOf(numbers.keySet());
    for (String name : names) {
      Expr body = rules.get(bodies.size());
      if (body == null) {
        at = firstUse.getOrDefault(name, 0);
        throw error("the rule '%s' is used but not defined".formatted(name));
      }
      bodies.add(body);
    }
    return new Grammar(bodies, names, root);
  }

  private void rule() {
    int start = at;
    String name = name();
    if (name == null) {
      throw error("a rule starts with its name");
    }
    blanks(false);
    if (!source.startsWith("::=", at)) {
      throw error("'::=' follows a rule's name");
    }
    at += 3;
    blanks(true);
    Expr body = alternatives(false);
    blanks(false);
    if (at < source.length() && !isLineEnd(source.charAt(at))) {
      throw error("this cannot follow here");
    }
    if (rules.put(number(name, start), body) != null) {
      at = start;
      throw error("the rule '%s' is defined twice".formatted(name));
    }
  }

  private int number(String name, int use) {
    firstUse.putIfAbsent(name, use);
    return numbers.computeIfAbsent(name, _ -> numbers.size());
  }

  private @Nullable String name() {
    int from = at;
    while (at < source.length() && isNamePart(source.charAt(at))) {
      at++;
    }
    return from == at ? null : source.substring(from, at);
  }

  private static boolean isNamePart(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '-'
        || c == '_';
  }

  private static boolean isLineEnd(char c) {
    return c == '\n' || c == '\r';
  }

  /** Skips blanks and comments, over line ends too if {@code lines}. */
  private void blanks(boolean lines) {
    while (at < source.length()) {
      char c = source.charAt(at);
      if (c == '#') {
        while (at < source.length() && !isLineEnd(source.charAt(at))) {
          at++;
        }
      } else if (c == ' ' || c == '\t' || (lines && isLineEnd(c))) {
        at++;
      } else {
        return;
      }
    }
  }

  private Expr alternatives(boolean nested) {
    if (++depth > MAX_DEPTH) {
      throw error("groups nest deeper than " + MAX_DEPTH);
    }
    List<Expr> options = new ArrayList<>();
    options.add(sequence(nested));
    while (peek('|')) {
      at++;
      blanks(true);
      options.add(sequence(nested));
    }
    depth--;
    return Expr.alt(options);
  }

  private Expr sequence(boolean nested) {
    List<Expr> parts = new ArrayList<>();
    while (true) {
      Expr symbol = symbol();
      if (symbol == null) {
        return parts.size() == 1 ? parts.getFirst() : new Expr.Seq(parts);
      }
      blanks(nested);
      for (Expr repeated = repeated(symbol, nested);
          repeated != null;
          repeated = repeated(symbol, nested)) {
        symbol = repeated;
      }
      parts.add(symbol);
    }
  }

  /** A literal, class, group or name; null where none starts. */
  private @Nullable Expr symbol() {
    if (at >= source.length()) {
      return null;
    }
    char c = source.charAt(at);
    return switch (c) {
      case '"' -> literal();
      case '[' -> charClass();
      case '.' -> {
        at++;
        yield Utf8.oneOf(CharSet.ALL);
      }
      case '(' -> {
        at++;
        blanks(true);
        Expr inside = alternatives(true);
        if (!peek(')')) {
          throw error("a group is not closed");
        }
        at++;
        yield inside;
      }
      case '<', '!' -> token();
      default -> {
        int use = at;
        String name = name();
        if (name == null) {
          yield null;
        }
        yield new Expr.Ref(number(name, use));
      }
    };
  }

  /** {@code symbol} with the repetition that follows it; null where none does. */
  private @Nullable Expr repeated(Expr symbol, boolean nested) {
    if (at >= source.length()) {
      return null;
    }
    int min = 0;
    int max = Expr.UNBOUNDED;
    switch (source.charAt(at)) {
      case '*' -> at++;
      case '+' -> {
        at++;
        min = 1;
      }
      case '?' -> {
        at++;
        max = 1;
      }
      case '{' -> {
        int from = at++;
        min = count();
        max = min;
        if (peek(',')) {
          at++;
          blanks(false);
          max = peek('}') ? Expr.UNBOUNDED : count();
        }
        if (!peek('}')) {
          throw error("a repetition is {m}, {m,} or {m,n}");
        }
        at++;
        if (max != Expr.UNBOUNDED && max < min) {
          at = from;
          throw error("the repetition's maximum is below its minimum");
        }
      }
      default -> {
        return null;
      }
    }
    blanks(nested);
    return new Expr.Repeat(symbol, min, max);
  }

  private int count() {
    blanks(false);
    int from = at;
    long value = 0;
    while (at < source.length() && source.charAt(at) >= '0' && source.charAt(at) <= '9') {
      value = Math.min(value * 10 + source.charAt(at++) - '0', MAX_COUNT + 1L);
    }
    if (from == at || value > MAX_COUNT) {
      at = from;
      throw error("a repetition count is a number up to " + MAX_COUNT);
    }
    blanks(false);
    return (int) value;
  }

  private Expr literal() {
    int from = at++;
    StringBuilder text = new StringBuilder();
    while (!peek('"')) {
      text.appendCodePoint(character(from));
    }
    at++;
    return Expr.text(text.toString());
  }

  /** {@code <[id]>} or {@code <text>}; behind {@code !} any other token. */
  private Expr token() {
    int from = at;
    boolean others = peek('!');
    at += others ? 1 : 0;
    int close = source.indexOf('>', at);
    if (!peek('<') || close < 0) {
      at = from;
      throw error("a token literal is <text> or <[id]>, with ! before it for any other token");
    }
    String name = source.substring(at, close + 1);
    try {
      Expr token = new Expr.Token(tokens.find(name), others);
      at = close + 1;
      return token;
    } catch (GrammarException e) {
      at = from;
      throw error(String.valueOf(e.getMessage()));
    }
  }

  private Expr charClass() {
    int from = at++;
    boolean negated = peek('^');
    if (negated) {
      at++;
    }
    List<CharSet> sets = new ArrayList<>();
    while (!peek(']')) {
      int first = character(from);
      int last = first;
      if (peek('-') && at + 1 < source.length() && source.charAt(at + 1) != ']') {
        at++;
        last = character(from);
      }
      if (last < first) {
        throw error("a range's last character comes before its first");
      }
      sets.add(CharSet.range(first, last));
    }
    at++;
    CharSet set = CharSet.union(sets);
    return Utf8.oneOf(negated ? set.complement() : set);
  }

  /** One character, escaped or not, of the literal or class that starts at {@code from}. */
  private int character(int from) {
    if (at >= source.length()) {
      at = from;
      throw error("this is not closed");
    }
    int start = at;
    int c = source.codePointAt(at);
    at += Character.charCount(c);
    if (c == '\\') {
      c = escape(start);
    }
    if ((c >= 0xD800 && c <= 0xDFFF) || c > CharSet.LAST || c < 0) {
      at = start;
      throw error("there is no such character");
    }
    return c;
  }

  private int escape(int start) {
    char c = at < source.length() ? source.charAt(at++) : 0;
    return switch (c) {
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case '\\', '"', '[', ']', '-', '^' -> c;
      case 'x' -> hex(2, start);
      case 'u' -> hex(4, start);
      case 'U' -> hex(8, start);
      default -> {
        at = start;
        throw error("no such escape");
      }
    };
  }

  private int hex(int digits, int start) {
    int value = 0;
    for (int i = 0; i < digits; i++) {
      int digit = at < source.length() ? Character.digit(source.charAt(at), 16) : -1;
      if (digit < 0) {
        at = start;
        throw error("the escape needs %d hexadecimal digits".formatted(digits));
      }
      value = value << 4 | digit;
      at++;
    }
    return value;
  }

  private boolean peek(char c) {
    return at < source.length() && source.charAt(at) == c;
  }

  private GrammarException error(String message) {
    int line = 1;
    int column = 1;
    for (int i = 0; i < Math.min(at, source.length()); i++) {
      column++;
      if (source.charAt(i) == '\n') {
        line++;
        column = 1;
      }
    }
    return new GrammarException(
        "the grammar cannot be used: %s (line %d, column %d)".formatted(message, line, column));
  }
}
