package dev.javelin.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a person sees of a start that cannot be, of Ctrl-C and of a crash. */
class ServerProcessTests {
  private static final String HOME = "--javelin.home=" + Path.of("").toAbsolutePath();

  @TempDir Path directory;
  private final HttpClient client = HttpClient.newHttpClient();

  private ServerProcess serve(String... more) throws IOException {
    List<String> arguments = new ArrayList<>(List.of(more));
    arguments.add(HOME);
    addUnlessGiven(arguments, "--server.port=", "0");
    addUnlessGiven(arguments, "--javelin.data-dir=", directory.resolve("data").toString());
    return new ServerProcess(arguments.toArray(String[]::new));
  }

  private static void addUnlessGiven(List<String> arguments, String option, String value) {
    if (arguments.stream().noneMatch(argument -> argument.startsWith(option))) {
      arguments.add(option + value);
    }
  }

  private HttpRequest poem(String url, int tokens) {
    String body =
        """
        {"model":"dart","messages":[{"role":"user","content":"Write a short poem about the sea."}],
         "stream":true,"max_tokens":%d,"ignore_eos":true}"""
            .formatted(tokens);
    return HttpRequest.newBuilder(URI.create(url + "/v1/chat/completions"))
        .header("Content-Type", "application/json")
        .timeout(Duration.ofMinutes(1))
        .POST(HttpRequest.BodyPublishers.ofString(body))
        .build();
  }

  /** A stream that has begun. */
  private InputStream begun(String url, int tokens) throws Exception {
    HttpResponse<InputStream> response =
        client.send(poem(url, tokens), HttpResponse.BodyHandlers.ofInputStream());
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body().read()).isEqualTo('d');
    return response.body();
  }

  @Test
  void afterACrashUnderStreamsTheNextStartServesAgain() throws Exception {
    try (ServerProcess first = serve()) {
      String url = first.url();
      for (int i = 0; i < 8; i++) {
        begun(url, 900);
      }
      refused("another Javelin uses this data directory");
      first.kill();
      assertThat(first.exitCode()).isNotZero();
    }
    try (ServerProcess second = serve()) {
      String answer =
          client.send(poem(second.url(), 5), HttpResponse.BodyHandlers.ofString()).body();
      assertThat(answer).contains("\"content\"").endsWith("data: [DONE]\n\n");
    }
  }

  @Test
  void aSignalLetsStreamsFinishAndEndsWithZero() throws Exception {
    try (ServerProcess server =
        serve(
            "--logging.structured.format.console=ecs",
            "--logging.level.dev.javelin.api.AccessLog=debug")) {
      client.send(
          HttpRequest.newBuilder(URI.create(server.url() + "/v1/models")).build(),
          HttpResponse.BodyHandlers.discarding());
      InputStream stream = begun(server.url(), 100);
      server.terminate();
      String rest = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
      assertThat(rest).contains("\"finish_reason\":\"length\"").endsWith("data: [DONE]\n\n");
      assertThat(server.exitCode()).as(server.output()).isZero();
      logsAreJsonWithRequestIds(server.output());
    }
  }

  private static void logsAreJsonWithRequestIds(String output) {
    List<JsonNode> lines =
        output
            .lines()
            .filter(line -> line.startsWith("{"))
            .map(new JsonMapper()::readTree)
            .toList();
    assertThat(lines).isNotEmpty().allSatisfy(line -> assertThat(line.has("message")).isTrue());
    assertThat(lines)
        .anySatisfy(
            line -> {
              assertThat(line.path("requestId").asString("")).startsWith("req-");
              assertThat(line.path("path").asString("")).isEqualTo("/v1/models");
              assertThat(line.path("status").asInt(0)).isEqualTo(200);
              assertThat(line.path("message").asString("")).contains("req-");
            });
  }

  @Test
  void aStartThatCannotBeSaysWhyInOneLine() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      refused("port " + taken.getLocalPort(), "--server.port=" + taken.getLocalPort());
    }
    Path file = Files.createFile(directory.resolve("file"));
    refused(file.getFileName().toString(), "--javelin.data-dir=" + file);
    refused("missing.gguf", "--javelin.model=" + directory.resolve("missing.gguf"));
    Path noise = Files.writeString(directory.resolve("noise.gguf"), "not a model at all");
    refused("noise.gguf", "--javelin.model=" + noise);
  }

  private void refused(String named, String... arguments) throws Exception {
    try (ServerProcess server = serve(arguments)) {
      assertThat(server.exitCode()).isNotZero();
      List<String> said =
          server
              .output()
              .lines()
              .filter(line -> !line.startsWith("WARNING: Using incubator modules"))
              .toList();
      assertThat(said.stream().filter(line -> line.startsWith("javelin: ")).toList())
          .as(server.output())
          .singleElement()
          .asString()
          .contains(named);
      assertThat(server.output()).doesNotContain("\tat ");
    }
  }
}
