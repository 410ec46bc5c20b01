package dev.javelin.tokenizer.template;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** Python's string methods. */
final class StringMethods {
  private static final BuiltinTable TABLE = new BuiltinTable();

  private interface Operation {
    Value apply(Str self, BoundArguments arguments);
  }

  private StringMethods() {}

  static {
    define("strip", (s, a) -> strip(s, a.textOrNull(0), true, true), "chars");
    define("lstrip", (s, a) -> strip(s, a.textOrNull(0), true, false), "chars");
    define("rstrip", (s, a) -> strip(s, a.textOrNull(0), false, true), "chars");
    define("split", (s, a) -> split(s, a.textOrNull(0), a.integer(1, -1)), "sep", "maxsplit");
    define("rsplit", (s, a) -> rsplit(s, a.textOrNull(0), a.integer(1, -1)), "sep", "maxsplit");
    define("splitlines", (s, a) -> lines(s, a.flag(0, false)), "keepends");
    define(
        "partition", (s, a) -> partition(s, a.text(0), s.text().indexOf(a.text(0).text())), "sep");
    define(
        "rpartition",
        (s, a) -> partition(s, a.text(0), s.text().lastIndexOf(a.text(0).text())),
        "sep");
    define("startswith", (s, a) -> affix(a.value(0), s.text()::startsWith), "prefix");
    define("endswith", (s, a) -> affix(a.value(0), s.text()::endsWith), "suffix");
    define(
        "replace",
        (s, a) -> replace(s, a.text(0), a.text(1), a.integer(2, -1)),
        "old",
        "new",
        "count");
    define("upper", (s, a) -> s.mapRuns(run -> run.toUpperCase(Locale.ROOT)));
    define("lower", (s, a) -> s.mapRuns(run -> run.toLowerCase(Locale.ROOT)));
    define("casefold", (s, a) -> s.mapRuns(run -> run.toLowerCase(Locale.ROOT)));
    define("title", (s, a) -> s.withText(title(s.text())));
    define("capitalize", (s, a) -> s.withText(capitalize(s.text())));
    define("find", (s, a) -> Value.Int.of(position(s, s.text().indexOf(a.text(0).text()))), "sub");
    define(
        "rfind",
        (s, a) -> Value.Int.of(position(s, s.text().lastIndexOf(a.text(0).text()))),
        "sub");
    define("index", (s, a) -> index(s, a.text(0)), "sub");
    define("count", (s, a) -> Value.Int.of(split(s, a.text(0), -1).items().size() - 1), "sub");
    define("join", (s, a) -> join(s, Operators.iterate(a.value(0))), "iterable");
    define(
        "removeprefix",
        (s, a) ->
            s.text().startsWith(a.text(0).text())
                ? s.slice(a.text(0).text().length(), s.text().length())
                : s,
        "prefix");
    define(
        "removesuffix",
        (s, a) ->
            s.text().endsWith(a.text(0).text())
                ? s.slice(0, s.text().length() - a.text(0).text().length())
                : s,
        "suffix");
    define("isdigit", (s, a) -> every(s, Character::isDigit));
    define("isnumeric", (s, a) -> every(s, Character::isDigit));
    define("isalpha", (s, a) -> every(s, Character::isLetter));
    define("isalnum", (s, a) -> every(s, Character::isLetterOrDigit));
    define("isspace", (s, a) -> every(s, StringMethods::isSpace));
    define("isupper", (s, a) -> cased(s, s.text().toUpperCase(Locale.ROOT)));
    define("islower", (s, a) -> cased(s, s.text().toLowerCase(Locale.ROOT)));
  }

  static BuiltinTable.@Nullable Builtin find(String name) {
    return TABLE.find(name);
  }

  private static void define(String name, Operation operation, String... parameters) {
    TABLE.define(
        name,
        (evaluator, self, arguments) -> operation.apply(PythonText.str(self), arguments),
        parameters);
  }

  static boolean isSpace(int c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == 0x85;
  }

  static Str strip(Str self, @Nullable Str characters, boolean left, boolean right) {
    String text = self.text();
    IntPredicate goes =
        characters == null ? StringMethods::isSpace : c -> characters.text().indexOf(c) >= 0;
    int start = 0;
    int end = text.length();
    while (left && start < end && goes.test(text.codePointAt(start))) {
      start += Character.charCount(text.codePointAt(start));
    }
    while (right && end > start && goes.test(text.codePointBefore(end))) {
      end -= Character.charCount(text.codePointBefore(end));
    }
    return self.slice(start, end);
  }

  static ListValue split(Str self, @Nullable Str separator, int limit) {
    String text = self.text();
    List<Value> parts = new ArrayList<>();
    int splits = 0;
    int start = 0;
    if (separator == null) {
      start = skipSpace(text, 0);
      while (start < text.length()) {
        int end = start;
        while (end < text.length() && !isSpace(text.charAt(end))) {
          end++;
        }
        if (limit >= 0 && splits++ >= limit) {
          parts.add(strip(self.slice(start, text.length()), null, false, true));
          break;
        }
        parts.add(self.slice(start, end));
        start = skipSpace(text, end);
      }
      return ListValue.of(parts);
    }
    requireContent(separator);
    int length = separator.text().length();
    int found = text.indexOf(separator.text());
    while (found >= 0 && (limit < 0 || splits++ < limit)) {
      parts.add(self.slice(start, found));
      start = found + length;
      found = text.indexOf(separator.text(), start);
    }
    parts.add(self.slice(start, text.length()));
    return ListValue.of(parts);
  }

  private static int skipSpace(String text, int from) {
    int at = from;
    while (at < text.length() && isSpace(text.charAt(at))) {
      at++;
    }
    return at;
  }

  private static ListValue rsplit(Str self, @Nullable Str separator, int limit) {
    if (limit < 0) {
      return split(self, separator, -1);
    }
    if (separator == null) {
      throw new EvaluationException("rsplit() with a limit needs a separator");
    }
    requireContent(separator);
    List<Value> parts = new ArrayList<>();
    String text = self.text();
    int length = separator.text().length();
    int end = text.length();
    while (parts.size() < limit) {
      int found = end < length ? -1 : text.lastIndexOf(separator.text(), end - length);
      if (found < 0) {
        break;
      }
      parts.add(self.slice(found + length, end));
      end = found;
    }
    parts.add(self.slice(0, end));
    Collections.reverse(parts);
    return ListValue.of(parts);
  }

  private static void requireContent(Str separator) {
    if (separator.isEmpty()) {
      throw new EvaluationException("the separator is empty");
    }
  }

  static ListValue lines(Str self, boolean keepEnds) {
    String text = self.text();
    List<Value> lines = new ArrayList<>();
    int start = 0;
    while (start < text.length()) {
      int end = start;
      while (end < text.length()
          && "\n\r\u000b\f\u001c\u001d\u001e\u0085\u2028\u2029".indexOf(text.charAt(end)) < 0) {
        end++;
      }
      int next = Math.min(text.length(), text.startsWith("\r\n", end) ? end + 2 : end + 1);
      lines.add(self.slice(start, keepEnds ? next : end));
      start = next;
    }
    return ListValue.of(lines);
  }

  private static ListValue partition(Str self, Str separator, int found) {
    requireContent(separator);
    if (found < 0) {
      return ListValue.tuple(self, Str.EMPTY, Str.EMPTY);
    }
    int after = found + separator.text().length();
    return ListValue.tuple(
        self.slice(0, found), self.slice(found, after), self.slice(after, self.text().length()));
  }

  private static Value affix(Value wanted, java.util.function.Predicate<String> predicate) {
    if (wanted instanceof Str text) {
      return Value.Bool.of(predicate.test(text.text()));
    }
    if (wanted instanceof ListValue list && list.tuple()) {
      return Value.Bool.of(list.items().stream().anyMatch(each -> affix(each, predicate).truthy()));
    }
    throw new EvaluationException(
        "a string or a tuple of strings is needed, given " + wanted.typeName());
  }

  static Str replace(Str self, Str old, Str replacement, int limit) {
    String text = self.text();
    StrBuilder result = new StrBuilder();
    int start = 0;
    int done = 0;
    if (old.isEmpty()) {
      for (int i = 0; i < text.length() && (limit < 0 || done < limit); done++) {
        int next = i + Character.charCount(text.codePointAt(i));
        result.append(replacement).append(self, i, next);
        i = next;
        start = next;
      }
      if (start == text.length() && (limit < 0 || done < limit)) {
        result.append(replacement);
      }
      return result.append(self, start, text.length()).build();
    }
    int found = text.indexOf(old.text());
    while (found >= 0 && (limit < 0 || done++ < limit)) {
      result.append(self, start, found).append(replacement);
      start = found + old.text().length();
      found = text.indexOf(old.text(), start);
    }
    return result.append(self, start, text.length()).build();
  }

  static Str join(Str separator, List<Value> items) {
    StrBuilder result = new StrBuilder();
    boolean first = true;
    for (Value item : items) {
      if (!first) {
        result.append(separator);
      }
      first = false;
      result.append(PythonText.str(item));
    }
    return result.build();
  }

  static String title(String text) {
    StringBuilder result = new StringBuilder();
    boolean inWord = false;
    for (int c : text.codePoints().toArray()) {
      result.appendCodePoint(inWord ? Character.toLowerCase(c) : Character.toTitleCase(c));
      inWord = Character.isLetter(c);
    }
    return result.toString();
  }

  static String capitalize(String text) {
    if (text.isEmpty()) {
      return text;
    }
    int first = text.offsetByCodePoints(0, 1);
    return title(text.substring(0, first)) + text.substring(first).toLowerCase(Locale.ROOT);
  }

  private static int position(Str self, int offset) {
    return offset < 0 ? -1 : self.text().codePointCount(0, offset);
  }

  private static Value index(Str self, Str wanted) {
    int found = position(self, self.text().indexOf(wanted.text()));
    if (found < 0) {
      throw new EvaluationException("index(): the substring is not there");
    }
    return Value.Int.of(found);
  }

  private static Value every(Str self, IntPredicate predicate) {
    return Value.Bool.of(!self.isEmpty() && self.text().codePoints().allMatch(predicate));
  }

  private static Value cased(Str self, String changed) {
    boolean hasCase =
        self.text()
            .codePoints()
            .anyMatch(c -> Character.isUpperCase(c) || Character.isLowerCase(c));
    return Value.Bool.of(hasCase && self.text().equals(changed));
  }
}
