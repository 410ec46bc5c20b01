package dev.javelin.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.service.Problem;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every text is in both languages, and every page's text is in the bundles. */
class MessagesTests {
  private static final Path RESOURCES = Path.of("src/main/resources");
  private static final Pattern KEY = Pattern.compile("#\\{([a-zA-Z._]+)(?:\\([^}]*)?\\}");
  private static final Pattern SCRIPT_KEY =
      Pattern.compile("(?:texts\\.|fill\\(\\s*\")([a-zA-Z.]+)");
  private static final Pattern ANY_PLACEHOLDER = Pattern.compile("\\{\\d");

  @Test
  void bothLanguagesHaveTheSameKeysAndPlaceholders() throws IOException {
    Properties english = load("messages.properties");
    Properties chinese = load("messages_zh_CN.properties");
    assertThat(chinese.stringPropertyNames()).isEqualTo(english.stringPropertyNames());
    for (String key : english.stringPropertyNames()) {
      assertThat(placeholders(chinese.getProperty(key)))
          .as(key)
          .isEqualTo(placeholders(english.getProperty(key)));
    }
  }

  @Test
  void everyKeyOfPagesAndScriptsIsThereAndNoneIsUnused() throws IOException {
    Set<String> used = new TreeSet<>();
    String templates = text(RESOURCES.resolve("templates/console"), ".html");
    Matcher inTemplates = KEY.matcher(templates);
    while (inTemplates.find()) {
      used.add(inTemplates.group(1));
    }
    String scripts = text(RESOURCES.resolve("static/console"), ".js");
    Matcher inScripts = SCRIPT_KEY.matcher(scripts);
    while (inScripts.find()) {
      used.add("js." + inScripts.group(1));
    }
    Set<String> known = load("messages.properties").stringPropertyNames();
    assertThat(known).containsAll(used);
    // Keys whose end is a page, a state, a series … are composed where they are used.
    Set<String> composed = new TreeSet<>();
    Matcher prefixes =
        Pattern.compile("(?:__\\$\\{|msgOrNull\\()'([a-zA-Z.]+\\.)'").matcher(templates);
    while (prefixes.find()) {
      composed.add(prefixes.group(1));
    }
    assertThat(known)
        .allMatch(
            key ->
                used.contains(key)
                    || key.startsWith("js.state.")
                    || key.startsWith("js.origin.")
                    || key.startsWith("js.loading.")
                    || key.startsWith("js.wait.")
                    || composed.stream().anyMatch(key::startsWith));
  }

  @Test
  void everyKindOfProblemHasATitleAndANextStep() throws IOException {
    Set<String> known = load("messages.properties").stringPropertyNames();
    for (Problem.Type type : Problem.Type.values()) {
      String kind = ProblemView.kind(type);
      assertThat(known).contains("problem." + kind, "hint." + kind);
    }
  }

  /** The first word of what services call their stages, wherever the code names one. */
  @Test
  void everyStageOfLongWorkHasAText() throws IOException {
    Set<String> known = load("messages.properties").stringPropertyNames();
    Pattern stages = Pattern.compile("(?:\\.stage|progress\\.accept)\\(\\s*\"([a-z-]+)");
    Set<String> found = new TreeSet<>();
    for (String folder : List.of("service", "engine")) {
      Matcher matcher =
          stages.matcher(text(Path.of("src/main/java/dev/javelin").resolve(folder), ".java"));
      while (matcher.find()) {
        found.add("stage." + matcher.group(1));
      }
    }
    assertThat(found).hasSizeGreaterThan(10);
    assertThat(known).containsAll(found);
  }

  private static Set<String> placeholders(String text) {
    Set<String> found = new TreeSet<>();
    Matcher matcher = ANY_PLACEHOLDER.matcher(text);
    while (matcher.find()) {
      found.add(matcher.group());
    }
    return found;
  }

  private static Properties load(String name) throws IOException {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(RESOURCES.resolve(name))) {
      properties.load(reader);
    }
    return properties;
  }

  private static String text(Path folder, String end) throws IOException {
    StringBuilder all = new StringBuilder();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file :
          files.filter(it -> it.toString().toLowerCase(Locale.ROOT).endsWith(end)).toList()) {
        all.append(Files.readString(file));
      }
    }
    return all.toString();
  }
}
