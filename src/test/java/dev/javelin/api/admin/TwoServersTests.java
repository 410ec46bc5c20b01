package dev.javelin.api.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.JavelinApplication;
import dev.javelin.api.admin.ApiClient.Answer;
import dev.javelin.catalog.account.Role;
import dev.javelin.fake.FakePlanner;
import dev.javelin.fake.TaggedModels;
import dev.javelin.fake.TestKeys;
import dev.javelin.fake.TestPostgres;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/** Two Javelins on one PostgreSQL: nothing runs twice, no change is lost. */
class TwoServersTests {
  private static final int ROUNDS = 8;

  @TempDir Path directory;
  private Path store = Path.of("");

  @Test
  void nothingRunsTwiceAndNoChangeIsLost() throws Exception {
    store = Files.createDirectories(directory.resolve("store"));
    try (EmbeddedPostgres postgres = TestPostgres.start();
        ConfigurableApplicationContext first = server(postgres, "one");
        ConfigurableApplicationContext second = server(postgres, "two")) {
      List<ApiClient> both = List.of(client(first), client(second));
      ApiClient api = both.getFirst();
      api.post("/api/v1/models", "{\"name\":\"house\"}").is(201);
      for (String kind : List.of("load", "decoding")) {
        api.put("/api/v1/models/house/" + kind + "-profiles/default", "{}").is(201);
      }
      register(api, "one");
      register(api, "two");
      api.put(
              "/api/v1/aliases/house",
              """
              {"model":"house","version":1,"loadProfile":"default","decodingProfile":"default"}
              """)
          .is(201);
      swapsOfOneAliasRunOneAtATime(both);
      ofTwoChangesOfOneStateOneIsMade(both);
      whatOneServerRunsTheOtherShows(both);
      whatOneServerHoldsTheOtherDoesNotDelete(both);
    }
  }

  private static void swapsOfOneAliasRunOneAtATime(List<ApiClient> both) throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      int before = history(both.getFirst());
      int to = round % 2 == 0 ? 2 : 1;
      List<Answer> answers =
          together(
              both,
              client ->
                  client.post(
                      "/api/v1/swaps",
                      "{\"alias\":\"house\",\"to\":{\"version\":%d}}".formatted(to)));
      int succeeded = 0;
      for (int i = 0; i < 2; i++) {
        if (answers.get(i).status() == 409) {
          // Refused by the claim, or by the row that the other wrote at the same moment.
          assertThat(answers.get(i).text("/detail"))
              .containsAnyOf("still runs on the server", "at the same moment");
        } else if (both.get(i).ended(answers.get(i)).text("/state").equals("SUCCEEDED")) {
          succeeded++;
        }
      }
      assertThat(succeeded).isPositive();
      assertThat(history(both.getFirst()) - before).as("retargets").isEqualTo(succeeded);
      for (ApiClient client : both) {
        assertThat(client.get("/api/v1/aliases/house").json().path("version").intValue())
            .isEqualTo(to);
      }
    }
  }

  private static int history(ApiClient api) {
    return api.get("/api/v1/aliases/house/history").json().path("items").size();
  }

  private static void ofTwoChangesOfOneStateOneIsMade(List<ApiClient> both) throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      String path = "/api/v1/models/house/decoding-profiles/default";
      String state = both.getFirst().get(path).header("ETag");
      String body = "{\"systemPrompt\":\"round %d\"}".formatted(round);
      List<Answer> answers = together(both, client -> client.put(path, body, "If-Match", state));
      assertThat(answers.stream().map(Answer::status)).containsExactlyInAnyOrder(200, 412);
    }
  }

  private static void whatOneServerRunsTheOtherShows(List<ApiClient> both) {
    Answer begun = both.get(1).post("/api/v1/instances", "{\"alias\":\"house\"}").is(202);
    Answer shown = both.get(0).get(begun.header("Location"));
    both.get(1).succeeded(begun);
    assertThat(shown.is(200).text("/kind")).isEqualTo(begun.text("/kind"));
  }

  private void whatOneServerHoldsTheOtherDoesNotDelete(List<ApiClient> both) throws Exception {
    ApiClient one = both.get(0);
    ApiClient two = both.get(1);
    register(one, "three");
    String path = "/api/v1/models/house/versions/3";
    String load = "{\"model\":\"house\",\"version\":3,\"loadProfile\":\"default\"}";
    Answer loaded = two.succeeded(two.post("/api/v1/instances", load).is(202));
    one.delete(path).isProblem(409, "in-use");
    assertThat(one.get(path).status()).isEqualTo(200);
    String instance = "/api/v1/instances/" + loaded.text("/result/id");
    two.succeeded(two.delete(instance).is(202));
    List<Integer> deleted =
        together(both, client -> client.delete(path)).stream().map(Answer::status).toList();
    // The other hears that it is gone, just being deleted, or not yet known to be out of memory.
    assertThat(deleted).containsOnlyOnce(204).isSubsetOf(204, 404, 409, 412);
    for (ApiClient client : both) {
      client.get(path).is(404);
      client.post("/api/v1/instances", load).is(404);
    }
  }

  private interface Ask {
    Answer of(ApiClient client);
  }

  /** Both at the same moment. */
  private static List<Answer> together(List<ApiClient> both, Ask ask) throws Exception {
    CyclicBarrier start = new CyclicBarrier(2);
    ConcurrentLinkedQueue<Exception> broken = new ConcurrentLinkedQueue<>();
    List<CompletableFuture<Answer>> answers =
        both.stream()
            .map(
                client ->
                    CompletableFuture.supplyAsync(
                        () -> {
                          try {
                            start.await();
                          } catch (Exception e) {
                            broken.add(e);
                          }
                          return ask.of(client);
                        },
                        task -> Thread.ofVirtual().start(task)))
            .toList();
    List<Answer> all = answers.stream().map(CompletableFuture::join).toList();
    assertThat(broken).isEmpty();
    return all;
  }

  private void register(ApiClient api, String content) throws Exception {
    Path file = Files.writeString(store.resolve(content + ".gguf"), content);
    api.succeeded(api.post("/api/v1/models/house/versions", "{\"path\":\"%s\"}".formatted(file)));
  }

  private ConfigurableApplicationContext server(EmbeddedPostgres postgres, String name)
      throws Exception {
    Path data = Files.createDirectories(directory.resolve(name));
    return new SpringApplicationBuilder(JavelinApplication.class, TaggedModels.Backend.class)
        .properties("spring.main.allow-bean-definition-overriding=true")
        .run(
            "--server.port=0",
            "--javelin.model=none",
            "--javelin.data-dir=" + data,
            "--javelin.serving.model-roots=" + store,
            "--spring.jmx.enabled=false",
            "--javelin.database-url=" + postgres.getJdbcUrl("postgres", "postgres"));
  }

  private static ApiClient client(ConfigurableApplicationContext context) {
    FakePlanner planner = context.getBean(FakePlanner.class);
    planner.availableBytes = 10_000 * FakePlanner.MEGABYTE;
    planner.totalBytes = 10_000 * FakePlanner.MEGABYTE;
    int port = ((WebServerApplicationContext) context).getWebServer().getPort();
    return new ApiClient(port, context.getBean(TestKeys.class).with(Role.ADMIN));
  }
}
