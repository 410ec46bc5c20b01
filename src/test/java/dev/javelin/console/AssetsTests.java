package dev.javelin.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.fake.ServerTest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;

/** What a browser has to fetch for its first page, and what it may keep. */
@ServerTest
class AssetsTests {
  private static final int MOST_BYTES = 180_000;
  private static final Pattern LINKS = Pattern.compile("(?:src|href)=\"(/console/assets/[^\"#]+)");
  private static final Pattern IMPORTS = Pattern.compile("(?:from|import) \"\\./([\\w.-]+\\.js)\"");

  @LocalServerPort int port;
  private final HttpClient client = HttpClient.newHttpClient();

  @AfterEach
  void close() {
    client.shutdownNow();
  }

  /**
   * @param bytes as they travelled
   */
  private record Fetched(HttpResponse<byte[]> response, String text) {
    int bytes() {
      return response.body().length;
    }
  }

  private Fetched fetch(String path) throws Exception {
    var response =
        client.send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .header("Accept-Encoding", "gzip")
                .header("Accept", "text/html,*/*")
                .build(),
            HttpResponse.BodyHandlers.ofByteArray());
    assertThat(response.statusCode()).as(path).isEqualTo(200);
    boolean packed = response.headers().firstValue("Content-Encoding").orElse("").equals("gzip");
    return new Fetched(response, text(response.body(), packed));
  }

  private static String text(byte[] body, boolean packed) throws IOException {
    if (!packed) {
      return new String(body, StandardCharsets.UTF_8);
    }
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(body))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** A page and whatever it leads to, imports of imports too, by path. */
  private Map<String, Fetched> everything(String page) throws Exception {
    Map<String, Fetched> all = new LinkedHashMap<>();
    Fetched first = fetch(page);
    all.put(page, first);
    Matcher links = LINKS.matcher(first.text());
    while (links.find()) {
      collect(links.group(1), all);
    }
    return all;
  }

  private void collect(String path, Map<String, Fetched> all) throws Exception {
    if (all.containsKey(path)) {
      return;
    }
    Fetched file = fetch(path);
    all.put(path, file);
    if (path.endsWith(".js") && !path.contains(".min.") && !path.contains(".esm.")) {
      Matcher imports = IMPORTS.matcher(file.text());
      while (imports.find()) {
        collect(path.substring(0, path.lastIndexOf('/') + 1) + imports.group(1), all);
      }
    }
  }

  @Test
  void theFirstPageWithAllItsFilesIsLight() throws Exception {
    for (String page : new String[] {"/", "/console/overview", "/login"}) {
      Map<String, Fetched> all = everything(page);
      int sum = all.values().stream().mapToInt(Fetched::bytes).sum();
      System.out.printf("%s weighs %,d bytes in %d files%n", page, sum, all.size());
      assertThat(sum).as(page + " " + all.keySet()).isLessThanOrEqualTo(MOST_BYTES);
      assertThat(all).hasSizeGreaterThan(4);
      assertThat(all.keySet()).as(page).noneMatch(path -> path.contains("uPlot"));
    }
  }

  @Test
  void chartsComeWithTheirPageFromHere() throws Exception {
    Map<String, Fetched> all = everything("/console/metrics");
    int sum = all.values().stream().mapToInt(Fetched::bytes).sum();
    System.out.printf("/console/metrics weighs %,d bytes in %d files%n", sum, all.size());
    assertThat(sum).isLessThanOrEqualTo(MOST_BYTES);
    assertThat(all.keySet())
        .anyMatch(path -> path.matches("/console/assets/[0-9a-f]{16}/uPlot\\.esm\\.js"))
        .anyMatch(path -> path.matches("/console/assets/[0-9a-f]{16}/uPlot\\.min\\.css"));
  }

  @Test
  void filesAreKeptForAYearUnderANameOfTheirContentAndPagesAreNot() throws Exception {
    Map<String, Fetched> all = everything("/");
    assertThat(all.keySet())
        .anyMatch(path -> path.matches("/console/assets/[0-9a-f]{16}/console\\.css"))
        .anyMatch(path -> path.matches("/console/assets/[0-9a-f]{16}/dom\\.js"));
    all.forEach(
        (path, file) ->
            assertThat(file.response().headers().firstValue("Cache-Control").orElse(""))
                .as(path)
                .contains(path.equals("/") ? "no-store" : "max-age=31536000, public, immutable"));
    assertThat(all.get("/").response().headers().firstValue("Content-Encoding")).hasValue("gzip");
  }

  @Test
  void aPathOfAnotherBuildIsNotFound() throws Exception {
    var response =
        client.send(
            HttpRequest.newBuilder(
                    URI.create(
                        "http://127.0.0.1:%d/console/assets/0123456789abcdef/dom.js"
                            .formatted(port)))
                .build(),
            HttpResponse.BodyHandlers.discarding());
    assertThat(response.statusCode()).isEqualTo(404);
  }
}
