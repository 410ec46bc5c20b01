package dev.javelin.engine.sampling.grammar.schema;

import dev.javelin.engine.sampling.grammar.machine.Budget;
import dev.javelin.engine.sampling.grammar.machine.Expr;
import dev.javelin.engine.sampling.grammar.regex.Dfa;
import dev.javelin.engine.sampling.grammar.regex.Regex;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Sets of strings: patterns, lengths and names, as automata and as JSON strings. */
final class Texts {
  private final Budget budget;
  private final Map<String, Dfa> patterns = new HashMap<>();
  private final Map<Facets, Dfa> strings = new IdentityHashMap<>();
  private final Dfa all;

  Texts(Budget budget) {
    this.budget = budget;
    all = Dfa.ofLength(0, Expr.UNBOUNDED, budget);
  }

  Dfa all() {
    return all;
  }

  /** The texts that contain a match of {@code pattern}. */
  Dfa pattern(String pattern) {
    Dfa known = patterns.get(pattern);
    if (known == null) {
      known = Regex.parse(pattern).within(budget);
      patterns.put(pattern, known);
    }
    return known;
  }

  /** Which of {@code patterns} match {@code name}. */
  Set<String> matching(Set<String> patterns, String name) {
    Set<String> out = new LinkedHashSet<>();
    for (String pattern : patterns) {
      if (pattern(pattern).accepts(name)) {
        out.add(pattern);
      }
    }
    return out;
  }

  /** The strings that {@code facets} allow by pattern, format and length. */
  Dfa of(Facets facets) {
    Dfa known = strings.get(facets);
    if (known == null) {
      known = compute(facets);
      strings.put(facets, known);
    }
    return known;
  }

  /** Takes {@code not} from the strings that {@code facets} allow. */
  void leaveOut(Facets facets, Dfa not) {
    facets.notTexts.add(not);
    strings.remove(facets);
  }

  private Dfa compute(Facets facets) {
    if (facets.minLength > facets.maxLength) {
      return Dfa.ofTexts(List.of(), budget);
    }
    Dfa texts = all;
    for (Facets.Text text : facets.texts) {
      Dfa one = text.search() ? text.regex().within(budget) : text.regex().whole(budget);
      texts = texts == all ? one : texts.intersect(one, budget);
    }
    for (Dfa not : facets.notTexts) {
      texts = texts.minus(not, budget);
    }
    boolean bounded = facets.maxLength != Integer.MAX_VALUE;
    if (facets.minLength > 0 || bounded) {
      int max = bounded ? facets.maxLength : Expr.UNBOUNDED;
      Dfa length = Dfa.ofLength(facets.minLength, max, budget);
      texts = texts == all ? length : texts.intersect(length, budget);
    }
    return texts;
  }

  /** A JSON string that {@code facets} allow. */
  Expr string(Facets facets) {
    if (facets.minLength > facets.maxLength) {
      return Expr.NEVER;
    }
    if (facets.texts.isEmpty() && facets.notTexts.isEmpty()) {
      int max = facets.maxLength == Integer.MAX_VALUE ? Expr.UNBOUNDED : facets.maxLength;
      return quoted(new Expr.Repeat(JsonText.ANY_CHARACTER, facets.minLength, max));
    }
    return string(of(facets));
  }

  /** A JSON string whose value is one of {@code texts}. */
  Expr string(Dfa texts) {
    return quoted(texts.toExpr(JsonText::character, budget));
  }

  static Expr quoted(Expr inside) {
    return Expr.seq(JsonText.QUOTE, inside, JsonText.QUOTE);
  }
}
