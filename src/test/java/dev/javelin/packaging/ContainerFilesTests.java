package dev.javelin.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

final class ContainerFilesTests {
  /** Environment names a container may set, with the Spring property or program that reads each. */
  private static final Set<String> SPRING_VARIABLES =
      Set.of(
          "SERVER_ADDRESS",
          "SERVER_PORT",
          "JAVELIN_DATA_DIR",
          "JAVELIN_ADMIN_PASSWORD",
          "JAVELIN_DATABASE_URL",
          "SPRING_DATASOURCE_USERNAME",
          "SPRING_DATASOURCE_PASSWORD");

  private static final Set<String> POSTGRES_VARIABLES =
      Set.of("POSTGRES_DB", "POSTGRES_USER", "POSTGRES_PASSWORD");

  @Test
  void everyCopiedPathIsInTheRepository() throws IOException {
    int copies = 0;
    for (String[] words : instructions("COPY")) {
      if (words[0].startsWith("--from=build")) {
        assertThat(words[1]).isIn("/src/target/app", "/src/native-kernels/build/cuda");
        assertThat(read("javelin")).contains("--destination target/app");
        assertThat(read("javelin")).contains("native-kernels/build/cuda/");
      } else {
        assertThat(Path.of(words[0])).exists();
        assertThat(read(".dockerignore").lines()).doesNotContain(words[0]);
      }
      copies++;
    }
    assertThat(copies).isGreaterThanOrEqualTo(5);
  }

  @Test
  void theImageStartsWithTheFlagsOfTheLauncher() throws IOException {
    List<String> command = entryPoint();
    assertThat(command.subList(1, command.indexOf("-cp")))
        .containsExactly("@launcher/jvm.options", "@launcher/server.options");
    assertThat(instructions("COPY")).anyMatch(words -> words[0].equals("launcher"));
    assertThat(read("javelin"))
        .contains("\"@$root/launcher/jvm.options\"", "\"@$root/launcher/server.options\"");
    assertThat(flags("launcher/jvm.options")).contains("--enable-native-access=ALL-UNNAMED");
    assertThat(flags("launcher/server.options"))
        .contains("-XX:+ExitOnOutOfMemoryError", "-XX:TrimNativeHeapInterval=30000");
  }

  /** What a file of options has beside its comments. */
  private static List<String> flags(String file) throws IOException {
    return read(file)
        .lines()
        .filter(line -> !line.startsWith("#"))
        .flatMap(line -> Stream.of(line.split(" ")))
        .toList();
  }

  @Test
  void theTestsRunWithTheFlagsOfTheLauncher() throws IOException {
    Matcher property =
        Pattern.compile("<javelin.jvm.args>(.*?)</javelin.jvm.args>").matcher(read("pom.xml"));
    assertThat(property.find()).isTrue();
    assertThat(flags("launcher/jvm.options")).contains(property.group(1).split(" "));
  }

  @Test
  void theImageRunsTheApplicationAsAnotherUserThanRoot() throws IOException {
    List<String> command = entryPoint();
    String mainClass = command.getLast();
    assertThat(read("javelin")).contains(mainClass);
    assertThat(read("pom.xml")).contains("<mainClass>" + mainClass + "</mainClass>");
    assertThat(read("pom.xml")).contains("<finalName>javelin</finalName>");
    String user = instructions("USER").getLast()[0];
    assertThat(user).isNotEqualTo("root");
    assertThat(read("Dockerfile")).contains("useradd").contains("--create-home " + user);
  }

  @Test
  void theImageListensAndIsCheckedOnOnePort() throws IOException {
    String port = instructions("EXPOSE").getFirst()[0];
    assertThat(read("Dockerfile")).contains("curl -fsS http://127.0.0.1:" + port + "/readyz");
    assertThat(read("README.md")).contains("http://127.0.0.1:" + port);
    for (Object service : services().values()) {
      for (Object published : list(map(service).get("ports"))) {
        assertThat(String.valueOf(published)).endsWith(":" + port);
      }
    }
  }

  @Test
  void everyVariableIsReadBySomething() throws IOException {
    Set<String> known = new TreeSet<>(SPRING_VARIABLES);
    known.add("JAVELIN_HOME");
    for (String[] words : instructions("ENV")) {
      assertThat(known).contains(words[0].split("=", 2)[0]);
    }
    for (Map.Entry<String, Object> service : services().entrySet()) {
      Set<String> allowed =
          service.getKey().equals("database") ? POSTGRES_VARIABLES : SPRING_VARIABLES;
      assertThat(allowed).containsAll(map(map(service.getValue()).get("environment")).keySet());
    }
  }

  @Test
  void serverAndDatabaseAgreeOnWhoTheyAre() throws IOException {
    Map<String, Object> database = map(map(services().get("database")).get("environment"));
    for (String name : List.of("javelin", "javelin-gpu")) {
      Map<String, Object> server = map(map(services().get(name)).get("environment"));
      assertThat(server.get("JAVELIN_DATABASE_URL"))
          .isEqualTo("jdbc:postgresql://database:5432/" + database.get("POSTGRES_DB"));
      assertThat(server.get("SPRING_DATASOURCE_USERNAME")).isEqualTo(database.get("POSTGRES_USER"));
      assertThat(server.get("SPRING_DATASOURCE_PASSWORD"))
          .isEqualTo(database.get("POSTGRES_PASSWORD"));
    }
  }

  @Test
  void volumesAndDependenciesOfTheServicesExist() throws IOException {
    Set<String> volumes = map(compose().get("volumes")).keySet();
    for (Object service : services().values()) {
      for (Object mount : list(map(service).get("volumes"))) {
        assertThat(volumes).contains(String.valueOf(mount).split(":")[0]);
      }
      Map<String, Object> needs = map(map(service).getOrDefault("depends_on", Map.of()));
      for (String needed : needs.keySet()) {
        assertThat(map(services().get(needed))).containsKey("healthcheck");
      }
    }
    assertThat(list(map(services().get("javelin")).get("volumes")).toString())
        .contains(instructions("VOLUME").getFirst()[0]);
  }

  private static List<String[]> instructions(String keyword) throws IOException {
    List<String[]> found = new ArrayList<>();
    for (String line : read("Dockerfile").lines().toList()) {
      if (line.startsWith(keyword + " ")) {
        found.add(line.substring(keyword.length() + 1).strip().split("\\s+"));
      }
    }
    assertThat(found).as(keyword).isNotEmpty();
    return found;
  }

  private static List<String> entryPoint() throws IOException {
    Matcher json = Pattern.compile("(?s)ENTRYPOINT (\\[.*?\\])").matcher(read("Dockerfile"));
    assertThat(json.find()).isTrue();
    // A JSON array of strings is YAML too, once its continued lines are joined.
    return list(yaml().load(json.group(1).replace("\\\n", " "))).stream()
        .map(String::valueOf)
        .toList();
  }

  private static Map<String, Object> compose() throws IOException {
    return map(yaml().load(read("docker-compose.yml")));
  }

  private static Map<String, Object> services() throws IOException {
    return map(compose().get("services"));
  }

  private static Yaml yaml() {
    return new Yaml(new SafeConstructor(new LoaderOptions()));
  }

  @SuppressWarnings("unchecked") // YAML mappings of these files have string keys.
  private static Map<String, Object> map(@Nullable Object node) {
    if (node instanceof Map<?, ?> mapping) {
      return (Map<String, Object>) mapping;
    }
    throw new AssertionError("not a mapping: " + node);
  }

  private static List<?> list(@Nullable Object node) {
    return node instanceof List<?> items ? items : List.of();
  }

  private static String read(String file) throws IOException {
    return Files.readString(Path.of(file), StandardCharsets.UTF_8);
  }
}
