package dev.javelin.engine.sampling.grammar.schema;

import dev.javelin.engine.sampling.grammar.machine.Budget;
import dev.javelin.engine.sampling.grammar.machine.CharSet;
import dev.javelin.engine.sampling.grammar.machine.Expr;
import dev.javelin.engine.sampling.grammar.machine.GrammarException;
import dev.javelin.engine.sampling.grammar.regex.Dfa;
import dev.javelin.engine.sampling.grammar.regex.Regex;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The JSON texts of objects. Declared members come in the order of the schema, each at most once,
 * then members with other names where the schema lets them be generated.
 */
final class ObjectWriter {
  private static final int MAX_PATTERNS = 6;
  private static final int MAX_DISTINCT = 8;

  private record Member(String name, Conjunction value, boolean required) {}

  /** A kind of further member: what it is called and what its value is. */
  private record More(Dfa names, Conjunction value, boolean anyName) {}

  private final Texts texts;
  private final RuleBook rules;
  private final Budget budget;

  ObjectWriter(Texts texts, RuleBook rules, Budget budget) {
    this.texts = texts;
    this.rules = rules;
    this.budget = budget;
  }

  Expr write(Facets facets) {
    if (facets.required.size() > facets.maxProperties
        || facets.minProperties > facets.maxProperties) {
      return Expr.NEVER;
    }
    List<Member> members = new ArrayList<>();
    for (String name : facets.names()) {
      Conjunction value = facets.member(name, texts.matching(facets.patterns(), name));
      boolean required = facets.required.contains(name);
      if (!value.isNever()) {
        members.add(new Member(name, value, required));
      } else if (required) {
        return Expr.NEVER;
      }
    }
    return new Shape(facets, members, more(facets)).expr();
  }

  /** The kinds of further members, which no two names share. */
  private List<More> more(Facets facets) {
    List<String> patterns = List.copyOf(facets.patterns());
    if (patterns.size() > MAX_PATTERNS) {
      throw new GrammarException(
          "'patternProperties' has %d patterns for one object; at most %d can be enforced"
              .formatted(patterns.size(), MAX_PATTERNS));
    }
    List<More> out = new ArrayList<>();
    for (int bits = 0; bits < 1 << patterns.size(); bits++) {
      Set<String> matching = new LinkedHashSet<>();
      for (int i = 0; i < patterns.size(); i++) {
        if ((bits >> i & 1) != 0) {
          matching.add(patterns.get(i));
        }
      }
      Conjunction value = facets.member(null, matching);
      if (value.isNever() || (matching.isEmpty() && !facets.generatesMore())) {
        continue;
      }
      Dfa names = names(facets, patterns, matching);
      if (!names.isEmpty()) {
        out.add(new More(names, value, patterns.isEmpty() && facets.names().isEmpty()));
      }
    }
    return out;
  }

  private Dfa names(Facets facets, List<String> patterns, Set<String> matching) {
    Dfa names = texts.all();
    for (String pattern : patterns) {
      names =
          matching.contains(pattern)
              ? names.intersect(texts.pattern(pattern), budget)
              : names.minus(texts.pattern(pattern), budget);
    }
    Set<String> declared = facets.names();
    return declared.isEmpty()
        ? names
        : names.minus(Dfa.ofTexts(List.copyOf(declared), budget), budget);
  }

  private final class Shape {
    private final Facets facets;
    private final List<Member> members;
    private final List<More> more;

    /** Fewest members, 0 if the required ones reach the minimum anyway. */
    private final int min;

    /** Counts above this are not told apart. */
    private final int mostCounted;

    Shape(Facets facets, List<Member> members, List<More> more) {
      this.facets = facets;
      this.members = members;
      this.more = more;
      min = facets.minProperties > facets.required.size() ? facets.minProperties : 0;
      int most = Math.min(min, members.size());
      boolean bounded = facets.maxProperties != Integer.MAX_VALUE;
      if (bounded && (!more.isEmpty() || facets.maxProperties < members.size())) {
        most = Math.min(facets.maxProperties, members.size());
      }
      mostCounted = Math.max(1, most);
    }

    Expr expr() {
      // after[c]: the rule of what follows when c members are written, from the end to the start.
      int[] after = new int[mostCounted + 1];
      for (int c = 0; c <= mostCounted; c++) {
        after[c] = rules.add("members", end(c));
      }
      for (int i = members.size() - 1; i >= 0; i--) {
        Member member = members.get(i);
        int[] before = new int[mostCounted + 1];
        for (int c = 0; c <= mostCounted; c++) {
          Expr with = Expr.NEVER;
          if (c < facets.maxProperties) {
            with =
                Expr.seq(
                    c == 0 ? Expr.EMPTY : JsonText.COMMA,
                    JsonText.string(member.name()),
                    JsonText.COLON,
                    new Expr.Ref(rules.of(member.value())),
                    new Expr.Ref(after[Math.min(c + 1, mostCounted)]));
          }
          before[c] =
              rules.add(
                  member.name(),
                  member.required() ? with : new Expr.Alt(List.of(with, new Expr.Ref(after[c]))));
        }
        after = before;
      }
      return Expr.seq(Expr.text("{"), JsonText.GAP, new Expr.Ref(after[0]), Expr.text("}"));
    }

    /** Further members and the gap before the closing bracket, after {@code count} members. */
    private Expr end(int count) {
      int missing = Math.max(0, min - count);
      boolean bounded = facets.maxProperties != Integer.MAX_VALUE;
      int most = bounded ? facets.maxProperties - count : Expr.UNBOUNDED;
      Expr nothing = count == 0 ? Expr.EMPTY : JsonText.GAP;
      if (more.isEmpty() || most == 0) {
        return missing == 0 ? nothing : Expr.NEVER;
      }
      if (bounded && most < missing) {
        return Expr.NEVER;
      }
      Expr any = pair(0, 1);
      List<Expr> parts = new ArrayList<>();
      for (int i = 0; i < missing; i++) {
        parts.add(count == 0 && i == 0 ? Expr.EMPTY : JsonText.COMMA);
        parts.add(missing == 1 ? any : pair(i, missing));
      }
      int left = bounded ? most - missing : Expr.UNBOUNDED;
      if (count == 0 && missing == 0) {
        Expr some = Expr.seq(JsonText.list(any, 1, most), JsonText.GAP);
        return Expr.optional(some);
      }
      parts.add(new Expr.Repeat(Expr.seq(JsonText.COMMA, any), 0, left));
      parts.add(JsonText.GAP);
      return Expr.seq(parts.toArray(Expr[]::new));
    }

    /**
     * A further member. Names may come twice, and then count once: where several are needed, each
     * takes its name from a part of its own.
     */
    private Expr pair(int part, int parts) {
      List<Expr> options = new ArrayList<>();
      for (More kind : more) {
        Expr name;
        if (parts == 1) {
          name =
              kind.anyName()
                  ? Texts.quoted(new Expr.Repeat(JsonText.ANY_CHARACTER, 0, Expr.UNBOUNDED))
                  : texts.string(kind.names());
        } else {
          Dfa own = kind.names().intersect(part(part, parts), budget);
          if (own.isEmpty()) {
            continue;
          }
          name = texts.string(own);
        }
        options.add(Expr.seq(name, JsonText.COLON, new Expr.Ref(rules.of(kind.value()))));
      }
      if (options.isEmpty()) {
        throw tooMany();
      }
      return new Expr.Ref(rules.add("member", Expr.alt(options)));
    }

    /**
     * The names whose first character, by its code, belongs to one of {@code parts} equal parts.
     */
    private Dfa part(int part, int parts) {
      if (parts > MAX_DISTINCT) {
        throw tooMany();
      }
      List<CharSet> first = new ArrayList<>();
      for (int c = 0; c < 0x80; c++) {
        if (c % parts == part) {
          first.add(CharSet.range(c, c));
        }
      }
      if (part == 0) {
        first.add(CharSet.range(0x80, CharSet.LAST));
      }
      Regex any = new Regex.Times(new Regex.Chars(CharSet.ALL), 0, Expr.UNBOUNDED);
      return new Regex.Concat(List.of(new Regex.Chars(CharSet.union(first)), any)).whole(budget);
    }

    private GrammarException tooMany() {
      return new GrammarException(
          "'minProperties' is %d, but that many members with different names cannot be enforced;"
                  .formatted(facets.minProperties)
              + " declare more of them in 'properties'");
    }
  }
}
