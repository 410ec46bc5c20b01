package dev.javelin.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** No template and no script holds a text that a person reads: those are in the bundles. */
class VisibleTextTests {
  private static final Path RESOURCES = Path.of("src/main/resources");

  /** Names and units, alike in every language. */
  private static final Set<String> NAMES =
      Set.of(
          "Javelin",
          "OpenAPI",
          "JSON",
          "curl",
          "Python",
          "Java",
          "Spring Boot",
          "Ctrl K",
          "true",
          "false",
          "dart",
          "ms",
          "UTC",
          "TTFT",
          "tok/s",
          "ID",
          "s");

  private static final Pattern PART =
      Pattern.compile("<!--[\\s\\S]*?-->|<(?:[^\"'>]|\"[^\"]*\"|'[^']*')*>|[^<]+");
  private static final Pattern CODE = Pattern.compile("<(?:pre|code|kbd|title)\\b");
  private static final Pattern ATTRIBUTE = Pattern.compile("\\s([\\w:-]+)=(\"[^\"]*\"|'[^']*')");
  private static final Pattern LITERAL = Pattern.compile("'([^']*)'");
  private static final Set<String> READ = Set.of("placeholder", "title", "alt", "aria-label");
  private static final Set<String> WRITES =
      Set.of("th:text", "th:title", "th:placeholder", "th:alt");

  /** What scripts put on a page: a string or template in one of the places that show it. */
  private static final Pattern SHOWN =
      Pattern.compile(
          "(?:textContent\\s*=|innerHTML\\s*=|\\.title\\s*=|placeholder:|append\\(|alert\\("
              + "|setAttribute\\(\\s*\"aria-label\",|element\\([^,()]+,[^,()]+,"
              + "|parts\\.push\\()(?![^;\\n]*(?:(?:shape|fill|element)\\(|texts\\[))[^;\\n]*?(?<!== )(\"[^\"\\n]*\"|`[^`]*`)");

  private static List<Path> files(String folder, String end) throws IOException {
    try (Stream<Path> all = Files.list(RESOURCES.resolve(folder))) {
      return all.filter(file -> file.toString().endsWith(end)).sorted().toList();
    }
  }

  /** Whether a person would read words in it that are no names. */
  private static boolean speaks(String text) {
    String rest = text;
    for (String name : NAMES.stream().sorted((a, b) -> b.length() - a.length()).toList()) {
      rest = rest.replaceAll("(?<![\\p{L}])" + Pattern.quote(name) + "(?![\\p{L}])", "");
    }
    return Pattern.compile("\\p{L}").matcher(rest).find();
  }

  /** Without what is worked out: {@code ${…}}, {@code #{…}}, {@code @{…}}, {@code [[…]]}. */
  private static String constant(String expression) {
    String rest = expression.replaceAll("\\[\\[.*?]]|\\\\[a-z]", "");
    String before;
    do {
      before = rest;
      rest = rest.replaceAll("[$#@~*]?\\{[^{}]*}", "");
    } while (!rest.equals(before));
    return rest;
  }

  private static List<String> found(String template) {
    List<String> found = new ArrayList<>();
    String opened = "";
    Matcher parts = PART.matcher(template);
    while (parts.find()) {
      String part = parts.group();
      if (part.startsWith("<!")) {
        continue;
      }
      if (part.startsWith("<")) {
        opened = part;
        if (!CODE.matcher(part).lookingAt()) {
          attributes(part, found);
        }
      } else if (!CODE.matcher(opened).lookingAt()
          && !opened.contains("th:text=")
          && speaks(constant(part))) {
        found.add(part.strip());
      }
    }
    return found;
  }

  private static void attributes(String tag, List<String> found) {
    Matcher attributes = ATTRIBUTE.matcher(tag);
    while (attributes.find()) {
      String name = attributes.group(1);
      String value = attributes.group(2).substring(1, attributes.group(2).length() - 1);
      // An example of a path or a name is the same in every language.
      if (READ.contains(name) && speaks(value) && !value.matches(".*[/:].*")) {
        found.add(name + "=" + value);
      }
      if (WRITES.contains(name) || (name.equals("th:attr") && value.contains("aria-label="))) {
        Matcher literals = LITERAL.matcher(constant(value));
        while (literals.find()) {
          if (speaks(literals.group(1))) {
            found.add(name + "=" + value);
          }
        }
      }
    }
  }

  @Test
  void noTemplateHoldsAText() throws IOException {
    for (Path file : files("templates/console", ".html")) {
      assertThat(found(Files.readString(file))).as(file.toString()).isEmpty();
    }
    assertThat(
            found(
                """
                <p>Hello</p><p th:text="${x} + ' apples'"></p><input placeholder="your name">
                <b th:text="#{key}">sample</b><!-- Hello --><p th:text="${a ? 'b' : 'c'} + ' ms'"></p>
                """))
        .containsExactly("Hello", "th:text=${x} + ' apples'", "placeholder=your name");
  }

  @Test
  void noScriptHoldsAText() throws IOException {
    for (Path file : files("static/console", ".js")) {
      String script = Files.readString(file).replaceAll("(?m)^\\s*(//|\\*|/\\*).*$", "");
      Matcher shown = SHOWN.matcher(script);
      while (shown.find()) {
        String text = constant(shown.group(1));
        assertThat(speaks(text)).as("%s: %s", file, shown.group()).isFalse();
      }
    }
  }
}
