package dev.javelin.engine.sampling.grammar.regex;

import dev.javelin.engine.sampling.grammar.machine.CharSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The named sets of characters. Where ECMAScript and Java disagree, what is generated is in both
 * and what is excluded is in either, so that either kind of validator is content.
 */
final class CharClasses {
  private static final CharSet DIGIT = CharSet.range('0', '9');
  private static final CharSet WORD =
      CharSet.union(
          List.of(CharSet.range('a', 'z'), CharSet.range('A', 'Z'), DIGIT, CharSet.of("_")));
  private static final CharSet SPACE = CharSet.of(" \t\n\u000B\f\r");
  private static final CharSet ANY_SPACE =
      CharSet.union(
          List.of(
              SPACE,
              CharSet.of("\u00A0\u1680\u2028\u2029\u202F\u205F\u3000\uFEFF"),
              CharSet.range(0x2000, 0x200A)));

  /** Any character but line ends. */
  static final CharSet DOT = CharSet.of("\n\r\u0085\u2028\u2029").complement();

  private static final Map<String, List<Integer>> CATEGORIES =
      Map.ofEntries(
          Map.entry("Lu", List.of((int) Character.UPPERCASE_LETTER)),
          Map.entry("Ll", List.of((int) Character.LOWERCASE_LETTER)),
          Map.entry("Lt", List.of((int) Character.TITLECASE_LETTER)),
          Map.entry("Lm", List.of((int) Character.MODIFIER_LETTER)),
          Map.entry("Lo", List.of((int) Character.OTHER_LETTER)),
          Map.entry("L", List.of(1, 2, 3, 4, 5)),
          Map.entry("Letter", List.of(1, 2, 3, 4, 5)),
          Map.entry("Uppercase_Letter", List.of(1)),
          Map.entry("Lowercase_Letter", List.of(2)),
          Map.entry("Mn", List.of((int) Character.NON_SPACING_MARK)),
          Map.entry("M", List.of(6, 7, 8)),
          Map.entry("Mark", List.of(6, 7, 8)),
          Map.entry("Nd", List.of((int) Character.DECIMAL_DIGIT_NUMBER)),
          Map.entry("N", List.of(9, 10, 11)),
          Map.entry("Number", List.of(9, 10, 11)),
          Map.entry("Zs", List.of((int) Character.SPACE_SEPARATOR)),
          Map.entry("Z", List.of(12, 13, 14)),
          Map.entry("Separator", List.of(12, 13, 14)),
          Map.entry("P", List.of(20, 21, 22, 23, 24, 29, 30)),
          Map.entry("Punctuation", List.of(20, 21, 22, 23, 24, 29, 30)),
          Map.entry("Sc", List.of((int) Character.CURRENCY_SYMBOL)),
          Map.entry("S", List.of(25, 26, 27, 28)),
          Map.entry("Symbol", List.of(25, 26, 27, 28)));

  private CharClasses() {}

  /**
   * The set of {@code \d \D \w \W \s \S}, null for another letter.
   *
   * @param excluded whether the set is to be left out rather than generated
   */
  static @Nullable CharSet named(int letter, boolean excluded) {
    return switch (letter) {
      case 'd' -> DIGIT;
      case 'D' -> DIGIT.complement();
      case 'w' -> WORD;
      case 'W' -> WORD.complement();
      case 's' -> excluded ? ANY_SPACE : SPACE;
      case 'S' -> excluded ? SPACE.complement() : ANY_SPACE.complement();
      default -> null;
    };
  }

  /** The set of a general category or a script, null if there is none of that name. */
  static @Nullable CharSet property(String name) {
    int equals = name.indexOf('=');
    String value = name.substring(equals + 1);
    List<Integer> types = CATEGORIES.get(value);
    if (types != null) {
      return matching(c -> types.contains(Character.getType(c)));
    }
    if (equals > 0 && (name.startsWith("Script=") || name.startsWith("sc="))) {
      try {
        Character.UnicodeScript script = Character.UnicodeScript.forName(value);
        return matching(c -> Character.UnicodeScript.of(c) == script);
      } catch (IllegalArgumentException e) {
        return null;
      }
    }
    return null;
  }

  private static CharSet matching(IntPredicate inside) {
    List<CharSet> ranges = new ArrayList<>();
    int from = -1;
    for (int c = 0; c <= CharSet.LAST + 1; c++) {
      boolean in = c <= CharSet.LAST && inside.test(c);
      if (in && from < 0) {
        from = c;
      } else if (!in && from >= 0) {
        ranges.add(CharSet.range(from, c - 1));
        from = -1;
      }
    }
    return CharSet.union(ranges);
  }
}
