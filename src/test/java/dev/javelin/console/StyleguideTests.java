package dev.javelin.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every component is on the components' page, where its looks are tested. */
class StyleguideTests {
  private static final Path TEMPLATES = Path.of("src/main/resources/templates/console");

  /** One that has parameters; those without are parts of the one page that includes them. */
  private static final Pattern COMPONENT = Pattern.compile("th:fragment=\"(\\w+)\\(");

  /** What a page stands in, and so does this one. */
  private static final Set<String> FRAMES = Set.of("shell", "door");

  /** What is shown within another component alone. */
  private static final Set<String> PARTS = Set.of("parts :: detail");

  @Test
  void everyFragmentWithParametersIsOnTheComponentsPage() throws IOException {
    String guide = Files.readString(TEMPLATES.resolve("styleguide.html"));
    Set<String> missing = new TreeSet<>();
    int found = 0;
    for (Path file : templates()) {
      String name = file.getFileName().toString().replace(".html", "");
      Matcher components = COMPONENT.matcher(Files.readString(file));
      while (components.find() && !FRAMES.contains(name)) {
        found++;
        String component = "%s :: %s".formatted(name, components.group(1));
        if (!guide.contains("~{console/%s(".formatted(component)) && !PARTS.contains(component)) {
          missing.add(component);
        }
      }
    }
    assertThat(found).isGreaterThan(25);
    assertThat(missing)
        .as("components that styleguide.html does not show; add each, in every state")
        .isEmpty();
  }

  @Test
  void everyComponentSaysWhatItTakes() throws IOException {
    for (Path file : templates()) {
      String template = Files.readString(file);
      Matcher components = Pattern.compile("th:fragment=\"(\\w+\\([^\"]*\\))\"").matcher(template);
      while (components.find()) {
        assertThat(template)
            .as("%s: a comment before %s", file, components.group(1))
            .contains("<!--/* " + components.group(1) + ":");
      }
    }
  }

  private static Iterable<Path> templates() throws IOException {
    try (Stream<Path> all = Files.list(TEMPLATES)) {
      return all.filter(file -> file.toString().endsWith(".html")).sorted().toList();
    }
  }
}
