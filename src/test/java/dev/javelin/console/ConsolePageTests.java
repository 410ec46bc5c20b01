package dev.javelin.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.fake.ServerTest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;

@ServerTest
class ConsolePageTests {
  private static final List<String> PAGES =
      List.of(
          "/",
          "/console/overview",
          "/console/requests",
          "/console/requests/missing",
          "/console/metrics",
          "/console/styleguide");

  @LocalServerPort int port;

  @Test
  void pageHasNoInlineScriptAndEveryAssetItNamesIsThere() throws Exception {
    for (String path : PAGES) {
      check(path);
    }
  }

  private void check(String path) throws Exception {
    HttpResponse<String> page = get(path);
    assertThat(page.statusCode()).as(path).isEqualTo(200);
    assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
        .contains("script-src 'self'");
    assertThat(page.body()).doesNotContain("<style", "style=", "onclick=").doesNotContain("th:");
    Matcher assets = Pattern.compile("(?:src|href)=\"(/[^\"]+)\"").matcher(page.body());
    int found = 0;
    while (assets.find()) {
      // a page for people with a role leads to the login
      assertThat(get(assets.group(1)).statusCode()).as(assets.group(1)).isIn(200, 303);
      found++;
    }
    assertThat(found).isGreaterThanOrEqualTo(5);
  }

  @Test
  void liveFiguresNameTheModel() throws Exception {
    assertThat(get("/console/live").body()).contains("\"name\":\"pom.xml\"", "\"totalBlocks\":");
  }

  @Test
  void aMissingPageSaysSoInTheReadersLanguage() throws Exception {
    HttpResponse<String> missing = get("/console/nowhere");
    assertThat(missing.statusCode()).isEqualTo(404);
    assertThat(missing.body()).contains("There is no such page", "404 /console/nowhere");
    HttpResponse<String> chinese = get("/console/nowhere", "javelin-language=zh");
    assertThat(chinese.body()).contains("没有这个页面", "lang=\"zh\"");
  }

  private HttpResponse<String> get(String path) throws Exception {
    return get(path, "none=1");
  }

  private HttpResponse<String> get(String path, String cookie) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
              .header("Accept", "text/html,*/*")
              .header("Cookie", cookie)
              .build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }
}
