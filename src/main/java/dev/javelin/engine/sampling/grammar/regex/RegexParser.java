package dev.javelin.engine.sampling.grammar.regex;

import dev.javelin.engine.sampling.grammar.machine.CharSet;
import dev.javelin.engine.sampling.grammar.machine.Expr;
import dev.javelin.engine.sampling.grammar.machine.GrammarException;
import dev.javelin.engine.sampling.grammar.regex.Regex.Chars;
import dev.javelin.engine.sampling.grammar.regex.Regex.Choice;
import dev.javelin.engine.sampling.grammar.regex.Regex.Concat;
import dev.javelin.engine.sampling.grammar.regex.Regex.Times;
import java.util.ArrayList;
import java.util.List;

/**
 * Parses the regular part of <a href="https://tc39.es/ecma262/#sec-patterns">ECMAScript's
 * patterns</a>, by code points. Look-around, back references and word boundaries are refused.
 */
final class RegexParser {
  private static final int MAX_DEPTH = 200;
  private static final int MAX_COUNT = 1_000_000;

  private final String pattern;
  private int at;
  private int depth;

  RegexParser(String pattern) {
    this.pattern = pattern;
  }

  Regex parse() {
    Regex all = choice();
    if (at < pattern.length()) {
      throw error("')' closes no group");
    }
    return all;
  }

  private Regex choice() {
    if (++depth > MAX_DEPTH) {
      throw error("groups nest deeper than " + MAX_DEPTH);
    }
    List<Regex> options = new ArrayList<>();
    options.add(concat());
    while (take('|')) {
      options.add(concat());
    }
    depth--;
    return options.size() == 1 ? options.getFirst() : new Choice(options);
  }

  private Regex concat() {
    List<Regex> parts = new ArrayList<>();
    while (at < pattern.length() && pattern.charAt(at) != '|' && pattern.charAt(at) != ')') {
      parts.add(quantified(atom()));
    }
    return parts.size() == 1 ? parts.getFirst() : new Concat(parts);
  }

  private Regex quantified(Regex body) {
    int from = at;
    int min;
    int max;
    if (take('*')) {
      min = 0;
      max = Expr.UNBOUNDED;
    } else if (take('+')) {
      min = 1;
      max = Expr.UNBOUNDED;
    } else if (take('?')) {
      min = 0;
      max = 1;
    } else if (take('{')) {
      min = count();
      max = take(',') ? (peek('}') ? Expr.UNBOUNDED : count()) : min;
      expect('}', "a repetition is {n}, {n,} or {n,m}");
      if (max != Expr.UNBOUNDED && max < min) {
        at = from;
        throw error("the repetition's maximum is below its minimum");
      }
    } else {
      return body;
    }
    if (body instanceof Regex.Start || body instanceof Regex.End) {
      at = from;
      throw error("an anchor cannot be repeated");
    }
    take('?'); // lazy: which match is found differs, which texts match does not
    if (at < pattern.length() && "*+?{".indexOf(pattern.charAt(at)) >= 0) {
      throw error("a repetition follows a repetition");
    }
    return new Times(body, min, max);
  }

  private int count() {
    int from = at;
    long value = 0;
    while (at < pattern.length() && isDigit(pattern.charAt(at))) {
      value = Math.min(value * 10 + pattern.charAt(at++) - '0', MAX_COUNT + 1L);
    }
    if (from == at) {
      throw error("a repetition is {n}, {n,} or {n,m}; write \\{ for a brace");
    }
    if (value > MAX_COUNT) {
      at = from;
      throw error("a repetition count is at most " + MAX_COUNT);
    }
    return (int) value;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private Regex atom() {
    int from = at;
    int c = next();
    return switch (c) {
      case '(' -> group(from);
      case '[' -> new Chars(charClass());
      case '.' -> new Chars(CharClasses.DOT);
      case '^' -> new Regex.Start();
      case '$' -> new Regex.End();
      case '\\' -> new Chars(escape(false));
      case '*', '+', '?', '{' -> {
        at = from;
        throw error("there is nothing to repeat; write \\ before the character itself");
      }
      default -> new Chars(CharSet.range(c, c));
    };
  }

  private Regex group(int from) {
    if (take('?')) {
      if (take('<') && !peek('=') && !peek('!')) {
        while (at < pattern.length() && pattern.charAt(at) != '>') {
          at++;
        }
        expect('>', "a group's name ends in '>'");
      } else if (pattern.charAt(at - 1) == '<' || peek('=') || peek('!')) {
        at = from;
        throw error("look-around is not supported");
      } else if (!take(':')) {
        at = from;
        throw error("only (…), (?:…) and (?<name>…) are groups");
      }
    }
    Regex inside = choice();
    expect(')', "a group is not closed");
    return inside;
  }

  private CharSet charClass() {
    boolean negated = take('^');
    List<CharSet> sets = new ArrayList<>();
    while (!peek(']')) {
      if (at >= pattern.length()) {
        throw error("a class is not closed with ']'");
      }
      int start = at;
      CharSet first = classAtom(negated);
      if (peek('-') && at + 1 < pattern.length() && pattern.charAt(at + 1) != ']') {
        at++;
        sets.add(between(first, classAtom(negated), start));
      } else {
        sets.add(first);
      }
    }
    at++;
    CharSet set = CharSet.union(sets);
    return negated ? set.complement() : set;
  }

  private CharSet between(CharSet first, CharSet last, int start) {
    int[] low = first.edges();
    int[] high = last.edges();
    if (low.length != 2 || high.length != 2 || low[1] != low[0] + 1 || high[1] != high[0] + 1) {
      at = start;
      throw error("a range goes from one character to one character");
    }
    if (low[0] > high[0]) {
      at = start;
      throw error("a range's last character comes before its first");
    }
    return CharSet.range(low[0], high[0]);
  }

  private CharSet classAtom(boolean negated) {
    int c = next();
    return c == '\\' ? escape(negated) : CharSet.range(c, c);
  }

  /**
   * @param excluded whether the set is one of those a negated class leaves out
   */
  private CharSet escape(boolean excluded) {
    int from = at - 1;
    int c = next();
    if (c == 'p' || c == 'P') {
      return property(c == 'P', from);
    }
    CharSet named = CharClasses.named(c, excluded);
    if (named != null) {
      return named;
    }
    int value =
        switch (c) {
          case 't' -> '\t';
          case 'n' -> '\n';
          case 'r' -> '\r';
          case 'f' -> '\f';
          case 'v' -> 0x0B;
          case '0' -> 0;
          case 'x' -> hex(2, from);
          case 'u' -> unicode(from);
          case 'c' -> next() & 0x1F;
          default -> {
            if (c == 'b' || c == 'B') {
              at = from;
              throw error("word boundaries are not supported");
            }
            if (c == 'k' || (c >= '1' && c <= '9')) {
              at = from;
              throw error("back references are not supported");
            }
            if (Character.isLetterOrDigit(c)) {
              at = from;
              throw error("\\" + Character.toString(c) + " is no escape");
            }
            yield c;
          }
        };
    if (value >= 0xD800 && value <= 0xDFFF) {
      at = from;
      throw error("half a surrogate pair is no character");
    }
    return CharSet.range(value, value);
  }

  private int unicode(int from) {
    if (take('{')) {
      int end = pattern.indexOf('}', at);
      if (end < 0 || end == at || end > at + 6) {
        at = from;
        throw error("\\u{…} holds 1 to 6 hexadecimal digits");
      }
      int value = hex(end - at, from);
      at++;
      if (value > CharSet.LAST) {
        at = from;
        throw error("there is no such character");
      }
      return value;
    }
    int value = hex(4, from);
    if (Character.isHighSurrogate((char) value) && pattern.startsWith("\\u", at)) {
      at += 2;
      int low = hex(4, from);
      if (Character.isLowSurrogate((char) low)) {
        return Character.toCodePoint((char) value, (char) low);
      }
    }
    return value;
  }

  private int hex(int digits, int from) {
    int value = 0;
    for (int i = 0; i < digits; i++) {
      int digit = at < pattern.length() ? Character.digit(pattern.charAt(at), 16) : -1;
      if (digit < 0) {
        at = from;
        throw error("the escape needs %d hexadecimal digits".formatted(digits));
      }
      value = value * 16 + digit;
      at++;
    }
    return value;
  }

  private CharSet property(boolean negated, int from) {
    int end = take('{') ? pattern.indexOf('}', at) : -1;
    if (end < 0) {
      at = from;
      throw error("a property is \\p{Name}");
    }
    String name = pattern.substring(at, end);
    CharSet set = CharClasses.property(name);
    if (set == null) {
      at = from;
      throw error(
          "the property '%s' is not known; general categories and scripts are".formatted(name));
    }
    at = end + 1;
    return negated ? set.complement() : set;
  }

  private int next() {
    if (at >= pattern.length()) {
      throw error("it ends in the middle");
    }
    int c = pattern.codePointAt(at);
    if (Character.charCount(c) == 1 && Character.isSurrogate((char) c)) {
      throw error("half a surrogate pair is no character");
    }
    at += Character.charCount(c);
    return c;
  }

  private boolean peek(char c) {
    return at < pattern.length() && pattern.charAt(at) == c;
  }

  private boolean take(char c) {
    if (!peek(c)) {
      return false;
    }
    at++;
    return true;
  }

  private void expect(char c, String message) {
    if (!take(c)) {
      throw error(message);
    }
  }

  private GrammarException error(String message) {
    return new GrammarException(
        "the regular expression cannot be used: %s (at index %d)".formatted(message, at));
  }
}
