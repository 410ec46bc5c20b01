package dev.javelin.engine.sampling.grammar.schema;

import dev.javelin.engine.sampling.grammar.regex.Dfa;
import dev.javelin.engine.sampling.grammar.regex.Regex;
import dev.javelin.engine.sampling.grammar.schema.JsonNumbers.Bound;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What several schemas without alternatives ask of one value, all together. Filled by {@link
 * KeywordReader}, then only read.
 */
final class Facets {
  /** What one schema says of an array's elements. */
  record Items(List<Subschema> prefix, @Nullable Subschema rest) {
    @Nullable Subschema at(int index) {
      return index < prefix.size() ? prefix.get(index) : rest;
    }
  }

  /** What one schema says of an object's members. */
  record Members(
      Map<String, Subschema> named,
      Map<String, Subschema> patterned,
      @Nullable Subschema additional) {
    boolean isFree() {
      return named.isEmpty() && patterned.isEmpty() && additional == null;
    }
  }

  /**
   * A string must match as a whole, or, with {@code search}, contain a match.
   *
   * @param where the schema to name in messages
   */
  record Text(Regex regex, boolean search, String where) {}

  final EnumSet<JsonType> types = EnumSet.allOf(JsonType.class);
  boolean integer;
  @Nullable List<JsonNode> values;
  @Nullable Bound lower;
  @Nullable Bound upper;
  @Nullable BigDecimal divisor;
  int minLength;
  int maxLength = Integer.MAX_VALUE;
  final List<Text> texts = new ArrayList<>();

  /** Strings left out because another branch of a oneOf takes them. */
  final List<Dfa> notTexts = new ArrayList<>();

  final List<Items> items = new ArrayList<>();
  int minItems;
  int maxItems = Integer.MAX_VALUE;
  final List<Members> members = new ArrayList<>();
  final Set<String> required = new LinkedHashSet<>();
  int minProperties;
  int maxProperties = Integer.MAX_VALUE;

  void atLeast(Bound bound) {
    Bound old = lower;
    int order = old == null ? 1 : bound.value().compareTo(old.value());
    if (order > 0 || (order == 0 && bound.exclusive())) {
      lower = bound;
    }
  }

  void atMost(Bound bound) {
    Bound old = upper;
    int order = old == null ? -1 : bound.value().compareTo(old.value());
    if (order < 0 || (order == 0 && bound.exclusive())) {
      upper = bound;
    }
  }

  void only(List<JsonNode> allowed) {
    List<JsonNode> old = values;
    values =
        old == null
            ? allowed
            : old.stream()
                .filter(v -> allowed.stream().anyMatch(a -> JsonType.same(a, v)))
                .toList();
  }

  Conjunction itemAt(int index) {
    List<Subschema> schemas = new ArrayList<>();
    for (Items each : items) {
      Subschema schema = each.at(index);
      if (schema != null) {
        schemas.add(schema);
      }
    }
    return Conjunction.of(schemas);
  }

  /** Elements that have a schema of their own. */
  int prefixItems() {
    return items.stream().mapToInt(each -> each.prefix().size()).max().orElse(0);
  }

  /** The names that members are generated under, in order: declared ones, then required ones. */
  Set<String> names() {
    Set<String> names = new LinkedHashSet<>();
    members.forEach(each -> names.addAll(each.named().keySet()));
    names.addAll(required);
    return names;
  }

  /** Every pattern of a name, with its automaton's text as the key. */
  Set<String> patterns() {
    Set<String> patterns = new LinkedHashSet<>();
    members.forEach(each -> patterns.addAll(each.patterned().keySet()));
    return patterns;
  }

  /** The schemas of a member that is called {@code name}, which matches {@code matching}. */
  Conjunction member(@Nullable String name, Set<String> matching) {
    Map<String, Subschema> found = new LinkedHashMap<>();
    for (Members each : members) {
      boolean evaluated = false;
      Subschema named = name == null ? null : each.named().get(name);
      if (named != null) {
        found.put(named.pointer(), named);
        evaluated = true;
      }
      for (Map.Entry<String, Subschema> pattern : each.patterned().entrySet()) {
        if (matching.contains(pattern.getKey())) {
          found.put(pattern.getValue().pointer(), pattern.getValue());
          evaluated = true;
        }
      }
      Subschema additional = each.additional();
      if (!evaluated && additional != null) {
        found.put(additional.pointer(), additional);
      }
    }
    return Conjunction.of(found.values());
  }

  /**
   * Whether members beyond the declared names are generated: if a schema allows them in so many
   * words, if nothing is declared, or if too few are to reach {@code minProperties}.
   */
  boolean generatesMore() {
    return members.stream().anyMatch(each -> each.additional() != null)
        || members.stream().allMatch(Members::isFree)
        || minProperties > names().size();
  }
}
