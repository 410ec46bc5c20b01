package dev.javelin.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.api.admin.ApiClient;
import dev.javelin.api.admin.ApiClient.Answer;
import dev.javelin.checkpoint.Checkpoint;
import dev.javelin.checkpoint.Checkpoints;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Two versions of the built-in model take turns behind an alias while sixteen clients ask it: no
 * request fails, each answer is wholly one version's, and memory is what the plan said. The second
 * version likes least what the first likes most, so that no answer of one could be the other's.
 */
class RealSwapTests {
  private static final Path DART = Path.of("models/dart/dart-20m-chat-q8_0.gguf");
  private static final int CLIENTS = 16;
  private static final int FEWEST = 3;
  private static final JsonMapper JSON = new JsonMapper();
  private static final List<String> QUESTIONS =
      List.of("Tell me a story.", "What is rain?", "Count to ten.", "Name three animals.");

  /**
   * All of the heap is there from the start, so that what comes and goes are the models; and as few
   * compilers as can be, whose memory comes and goes too.
   */
  private static final List<String> FIXED_HEAP =
      List.of(
          "-Xms512m",
          "-Xmx512m",
          "-XX:+UseSerialGC",
          "-XX:+AlwaysPreTouch",
          "-XX:ActiveProcessorCount=2");

  @TempDir Path directory;

  private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
  private final AtomicInteger answered = new AtomicInteger();
  private final AtomicBoolean stop = new AtomicBoolean();
  private final AtomicReference<Memory> most = new AtomicReference<>(Memory.NONE);

  /** By version, by question: the text, and which version's answer it is said to be. */
  private final List<List<String>> expected = new ArrayList<>();

  @Test
  void noAnswerFailsOrMixesVersionsWhileRealModelsAreSwapped() throws Exception {
    swap(Duration.ofSeconds(6), Duration.ZERO);
  }

  @Test
  @Tag("soak")
  void noAnswerFailsOrMixesVersionsForTwoMinutesOfSwaps() throws Exception {
    swap(Duration.ofMinutes(2), Duration.ofSeconds(2));
  }

  /** Bytes, as the process and its ledger tell them. */
  private record Memory(long anonymous, long mapped, long reserved) {
    static final Memory NONE = new Memory(0, 0, 0);

    Memory most(Memory other) {
      return new Memory(
          Math.max(anonymous, other.anonymous),
          Math.max(mapped, other.mapped),
          Math.max(reserved, other.reserved));
    }
  }

  /**
   * A swap that ended.
   *
   * @param most the most memory since it began
   * @param after what was there once it had ended
   */
  private record Swap(long millis, Memory most, Memory after) {
    /** What the second model took beside the first; the server's own growth stays. */
    long besideBytes() {
      return most.anonymous() - after.anonymous();
    }
  }

  private void swap(Duration length, Duration every) throws Exception {
    try (ServerProcess server =
        new ServerProcess(
            FIXED_HEAP,
            "--server.port=0",
            "--javelin.home=" + Path.of("").toAbsolutePath(),
            "--javelin.data-dir=" + directory.resolve("data"),
            "--javelin.model=none",
            "--javelin.admin.password=" + Load.PASSWORD)) {
      ApiClient api = prepared(server.url());
      List<Thread> clients = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        int client = i;
        clients.add(Thread.ofVirtual().start(() -> ask(api, client)));
      }
      clients.add(Thread.ofPlatform().start(() -> watch(server.pid(), api)));
      JsonNode plan = api.post("/api/v1/swaps/plan", target(2)).is(200).json();
      List<Swap> swaps = new ArrayList<>();
      long end = System.nanoTime() + length.toNanos();
      while (System.nanoTime() < end || swaps.size() < FEWEST) {
        long start = System.nanoTime();
        most.set(memory(server.pid()));
        swapTo(api, 2 - swaps.size() % 2);
        long nanos = System.nanoTime() - start;
        swaps.add(new Swap(nanos / 1_000_000, most.get(), memory(server.pid())));
        LockSupport.parkNanos(every.toNanos() - nanos);
      }
      stop.set(true);
      for (Thread client : clients) {
        client.join();
      }
      assertThat(plan.at("/fit/perDevice/0/device").stringValue()).isEqualTo("host");
      check(
          swaps,
          plan.path("peakBytes").longValue(),
          plan.at("/fit/perDevice/0/neededBytes").longValue());
      assertThat(server.output())
          .as("what is freed while somebody uses it is told")
          .doesNotContain("keeps a lease", "still ran", "ERROR");
    } finally {
      stop.set(true);
    }
  }

  /**
   * @param planned at most, of both models on all devices together
   * @param beside planned for the second model off the heap
   */
  private void check(List<Swap> swaps, long planned, long beside) {
    Memory peak = swaps.stream().map(Swap::most).reduce(Memory.NONE, Memory::most);
    long[] took = swaps.stream().mapToLong(Swap::besideBytes).sorted().toArray();
    long[] millis = swaps.stream().mapToLong(Swap::millis).sorted().toArray();
    double mebibyte = 1 << 20;
    System.out.printf(
        Locale.ROOT,
        "%d swaps (median %d ms, longest %d ms), %d answers, %d wrong; ledger at most %.1f of %.1f"
            + " MiB planned; a second model takes %.1f to %.1f MiB off the heap, median %.1f, of"
            + " %.1f planned; mapped at most %.1f MiB; the server rests at %.1f to %.1f MiB%n",
        swaps.size(),
        millis[millis.length / 2],
        millis[millis.length - 1],
        answered.get(),
        wrong.size(),
        peak.reserved() / mebibyte,
        planned / mebibyte,
        took[0] / mebibyte,
        took[took.length - 1] / mebibyte,
        took[took.length / 2] / mebibyte,
        beside / mebibyte,
        peak.mapped() / mebibyte,
        swaps.getFirst().after().anonymous() / mebibyte,
        swaps.getLast().after().anonymous() / mebibyte);
    assertThat(wrong).isEmpty();
    Percentage close = Percentage.withPercentage(5);
    assertThat(peak.reserved()).isCloseTo(planned, close);
    // Of both models, of which the plan counts each the same. What the server itself takes and
    // gives back meanwhile counts too: the swap in the middle says more than the extremes.
    assertThat(beside + took[took.length / 2]).isCloseTo(2 * beside, close);
  }

  /** A server with both versions, the first of them in memory, and what each answers. */
  private ApiClient prepared(String url) throws Exception {
    ApiClient api;
    try (HttpClient client = HttpClient.newHttpClient();
        Load load = new Load(url, client)) {
      api = new ApiClient(URI.create(url).getPort(), load.key("admin"));
    }
    Path store = Files.createDirectories(directory.resolve("data/store"));
    api.post("/api/v1/models", "{\"name\":\"house\"}").is(201);
    api.put("/api/v1/models/house/load-profiles/default", "{}").is(201);
    api.put("/api/v1/models/house/decoding-profiles/default", "{}").is(201);
    for (Path file : List.of(Files.copy(DART, store.resolve("one.gguf")), contrary(store))) {
      String body = "{\"path\":\"%s\"}".formatted(file);
      api.succeeded(api.post("/api/v1/models/house/versions", body));
    }
    String target =
        "{\"model\":\"house\",\"version\":2,\"loadProfile\":\"default\",\"decodingProfile\":\"default\"}";
    api.put("/api/v1/aliases/house", target).is(201);
    api.succeeded(api.post("/api/v1/instances", "{\"alias\":\"house\"}"));
    List<String> contrary = QUESTIONS.stream().map(question -> whole(api, question)).toList();
    swapTo(api, 1);
    expected.add(QUESTIONS.stream().map(question -> whole(api, question)).toList());
    expected.add(contrary);
    assertThat(Set.copyOf(expected.getFirst())).doesNotContainAnyElementsOf(contrary);
    return api;
  }

  /** The model with the weights of its last norm negated, and thereby all its logits. */
  private static Path contrary(Path store) throws IOException {
    byte[] file = Files.readAllBytes(DART);
    float[] norm;
    try (Checkpoint checkpoint = Checkpoints.open(DART)) {
      norm = checkpoint.weights().floats("model.norm.weight");
    }
    ByteBuffer stored = ByteBuffer.allocate(4 * norm.length).order(ByteOrder.LITTLE_ENDIAN);
    stored.asFloatBuffer().put(norm);
    int at = 0;
    while (!Arrays.equals(file, at, at + stored.capacity(), stored.array(), 0, stored.capacity())) {
      at++;
    }
    for (int i = 0; i < norm.length; i++) {
      file[at + 4 * i + 3] ^= (byte) 0x80;
    }
    return Files.write(store.resolve("two.gguf"), file);
  }

  private static void swapTo(ApiClient api, int version) {
    api.succeeded(api.post("/api/v1/swaps", target(version)));
  }

  private static String target(int version) {
    return "{\"alias\":\"house\",\"to\":{\"version\":%d},\"strategy\":\"LOAD_THEN_SWITCH\"}"
        .formatted(version);
  }

  /** One question after another; every second client has its answers streamed. */
  private void ask(ApiClient api, int client) {
    int question = client % QUESTIONS.size();
    while (!stop.get()) {
      String text;
      try {
        String asked = QUESTIONS.get(question);
        text = client / QUESTIONS.size() % 2 == 0 ? whole(api, asked) : streamed(api, asked);
      } catch (AssertionError | RuntimeException e) {
        text = String.valueOf(e);
      }
      if (!text.equals(expected.getFirst().get(question))
          && !text.equals(expected.getLast().get(question))) {
        wrong.add(text);
      }
      answered.incrementAndGet();
    }
  }

  private static String whole(ApiClient api, String question) {
    Answer answer = api.post("/v1/chat/completions", body(question, false)).is(200);
    assertThat(answer.text("/choices/0/finish_reason")).isEqualTo("length");
    return answer.text("/system_fingerprint") + answer.text("/choices/0/message/content");
  }

  private static String streamed(ApiClient api, String question) {
    String events =
        api.post("/v1/chat/completions", body(question, true)).is(200).response().body();
    assertThat(events).contains("\"finish_reason\":\"length\"").endsWith("data: [DONE]\n\n");
    Set<String> fingerprints = new TreeSet<>();
    StringBuilder text = new StringBuilder();
    events
        .lines()
        .filter(line -> line.startsWith("data: {"))
        .map(line -> JSON.readTree(line.substring("data: ".length())))
        .forEach(
            event -> {
              fingerprints.add(event.path("system_fingerprint").stringValue());
              text.append(event.at("/choices/0/delta/content").asString(""));
            });
    return String.join(" and ", fingerprints) + text;
  }

  private static String body(String question, boolean stream) {
    return """
        {"model":"house","stream":%b,"temperature":0,"max_tokens":48,"ignore_eos":true,
         "messages":[{"role":"user","content":"%s"}]}"""
        .formatted(stream, question);
  }

  private void watch(long pid, ApiClient api) {
    for (int i = 0; !stop.get(); i++) {
      Memory now = memory(pid);
      if (i % 10 == 0) {
        now = new Memory(now.anonymous(), now.mapped(), reserved(api));
      }
      most.accumulateAndGet(now, Memory::most);
      LockSupport.parkNanos(20_000_000);
    }
  }

  private static long reserved(ApiClient api) {
    long bytes = 0;
    for (JsonNode device : api.get("/api/v1/memory").is(200).json()) {
      for (JsonNode owner : device.path("owners")) {
        for (JsonNode part : owner.path("need")) {
          bytes += part.isNumber() ? part.longValue() : 0;
        }
      }
    }
    return bytes;
  }

  private static Memory memory(long pid) {
    try {
      String status = Files.readString(Path.of("/proc", Long.toString(pid), "status"));
      return new Memory(kibibytes(status, "RssAnon:"), kibibytes(status, "RssFile:"), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long kibibytes(String status, String name) {
    return 1024
        * status
            .lines()
            .filter(line -> line.startsWith(name))
            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
            .sum();
  }
}
