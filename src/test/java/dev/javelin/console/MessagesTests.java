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

  /**
   * A refusal's wording where the code makes it: the code, and the arguments as they are written.
   */
  private static final Pattern WORDING =
      Pattern.compile("(?:Wording\\.of|\\.said)\\(\\s*\"([a-z-]+)\"((?:[^()]|\\([^()]*\\))*)");

  private static final Pattern ANY_PLACEHOLDER = Pattern.compile("\\{\\d");

  @Test
  void bothLanguagesHaveTheSameKeysAndPlaceholders() throws IOException {
    Properties english = load("messages.properties");
    Properties chinese = load("messages_zh_CN.properties");
    // Details come in English from the services, which the API has too.
    assertThat(chinese.stringPropertyNames().stream().filter(key -> !key.startsWith("detail.")))
        .containsExactlyInAnyOrderElementsOf(english.stringPropertyNames());
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

  @Test
  void everyWordingHasAChineseTextThatNeedsNoMoreThanItsArguments() throws IOException {
    Properties chinese = load("messages_zh_CN.properties");
    Set<String> texts = new TreeSet<>();
    chinese.stringPropertyNames().stream()
        .filter(key -> key.startsWith("detail."))
        .forEach(texts::add);
    Set<String> said = new TreeSet<>();
    for (Path file : sources()) {
      Matcher codes = WORDING.matcher(Files.readString(file));
      while (codes.find()) {
        if (codes.group(1).endsWith("-")) {
          // Of one sentence about each kind of thing.
          assertThat(texts).anyMatch(key -> key.startsWith("detail." + codes.group(1)));
          texts.stream()
              .filter(key -> key.startsWith("detail." + codes.group(1)))
              .forEach(said::add);
        } else {
          said.add("detail." + codes.group(1));
          int arguments = codes.group(2).isBlank() ? 0 : codes.group(2).split(",").length;
          assertThat(placeholders(chinese.getProperty("detail." + codes.group(1), "")))
              .as(codes.group())
              .hasSizeLessThanOrEqualTo(arguments);
        }
      }
    }
    assertThat(said).hasSizeGreaterThan(40).isEqualTo(texts);
  }

  private static List<Path> sources() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
      return files.filter(it -> it.toString().endsWith(".java")).toList();
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
