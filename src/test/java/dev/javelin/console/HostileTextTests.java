package dev.javelin.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.catalog.AliasPolicy;
import dev.javelin.catalog.AliasTarget;
import dev.javelin.catalog.DecodingProfiles;
import dev.javelin.catalog.LoadProfiles;
import dev.javelin.catalog.Models;
import dev.javelin.catalog.Revision;
import dev.javelin.catalog.Settings;
import dev.javelin.catalog.account.Accounts;
import dev.javelin.catalog.account.ApiKey;
import dev.javelin.catalog.account.ApiKeys;
import dev.javelin.catalog.account.Limits;
import dev.javelin.catalog.account.Role;
import dev.javelin.catalog.account.TenantQuotas;
import dev.javelin.catalog.audit.AuditEntry;
import dev.javelin.catalog.audit.AuditTrail;
import dev.javelin.engine.request.FinishReason;
import dev.javelin.fake.FakeModelOpener;
import dev.javelin.security.KeyText;
import dev.javelin.service.AliasChanges;
import dev.javelin.service.Loads;
import dev.javelin.service.Operations;
import dev.javelin.service.Problem;
import dev.javelin.service.ProblemException;
import dev.javelin.service.Registrations;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;
import org.springframework.jdbc.core.JdbcTemplate;
import tools.jackson.databind.json.JsonMapper;

/**
 * Texts that would be scripts if a page took them for its own: in every place that somebody may
 * fill, past the API where the API refuses them. Each is shown, as text, and none runs.
 */
class HostileTextTests {
  private static final String PAYLOAD =
      "<xss-mark>%s\"'`><img src=x onerror=planted=1><script>planted=1</script>"
          + "${7777*7777}__${7777*7777}__[[${7777*7777}]]{{7777*7777}}";

  /** Without a slash, to be part of a path, and as short as a name in the database has to be. */
  private static final String NAME = "<xss-mark>%s\"'<img src=x onerror=planted=1>";

  /** What came of texts: scripts that ran, and elements that no page of ours has. */
  private static final String HARM =
      """
      const found = [...document.querySelectorAll("xss-mark, img[src=x], script:not([src]), [onerror]")];
      return found.map((element) => element.outerHTML).concat("planted" in window ? ["a script ran"] : []);
      """;

  @TempDir static Path directory;
  private static TestConsole console;
  private static TestBrowser browser;

  /** The places that were filled, and those whose text was seen on a page. */
  private static final Set<String> PLANTED = new TreeSet<>();

  private static final Set<String> SEEN = new TreeSet<>();

  @BeforeAll
  static void plant() throws Exception {
    Path first = Files.writeString(directory.resolve("first.gguf"), "first");
    console = new TestConsole(directory, first.toString());
    browser = console.browser();
    catalog();
    people();
    console
        .bean(AuditTrail.class)
        .append(
            List.of(
                AuditEntry.of(
                    Instant.now(),
                    text("audit-actor"),
                    text("audit-action"),
                    text("audit-target"),
                    json("key", text("audit-before")),
                    json("key", text("audit-after")),
                    "request")));
    operation();
    request();
  }

  @AfterAll
  static void end() {
    if (console != null) {
      console.close();
    }
  }

  private static String text(String place) {
    PLANTED.add(place);
    return PAYLOAD.formatted(place);
  }

  private static String name(String place) {
    PLANTED.add(place);
    return NAME.formatted(place);
  }

  private static String json(String key, Object value) {
    return JsonMapper.shared().writeValueAsString(Map.of(key, value));
  }

  private static void catalog() throws IOException {
    String model = name("model");
    Path file = directory.resolve("models").resolve(name("file").replace("/", "") + ".gguf");
    Files.writeString(file, "hostile");
    console.bean(Models.class).create(model, text("description"));
    Registrations registrations = console.bean(Registrations.class);
    registrations.register(model, file, "path:x", "test");
    registrations.register(
        model, withTemplate("{{ '%s' }}".formatted(text("template").replace("'", ""))), "x", "x");
    registrations.register(
        model,
        withTemplate(
            "{{ raise_exception('%s') }}".formatted(text("template-failure").replace("'", ""))),
        "x",
        "x");
    LoadProfiles profiles = console.bean(LoadProfiles.class);
    profiles.put(model, name("load-profile"), "{}", Revision.ANY);
    console
        .bean(DecodingProfiles.class)
        .put(
            model,
            name("decoding-profile"),
            json("systemPrompt", text("system-prompt")),
            Revision.ANY);
    console
        .bean(AliasChanges.class)
        .put(
            name("alias"),
            new AliasTarget(model, 1, name("load-profile"), name("decoding-profile")),
            AliasPolicy.DEFAULT,
            Revision.ANY,
            text("alias-actor"),
            text("alias-reason"));
    console.bean(Settings.class).put(name("setting"), text("setting-value"));
    console
        .bean(Loads.class)
        .start(
            console.bean(Models.class).version(model, 1),
            profiles.require(model, name("load-profile")),
            text("load-actor"));
  }

  /** The model that comes with the server, with another chat template of the same length. */
  private static Path withTemplate(String template) throws IOException {
    byte[] file = Files.readAllBytes(Path.of("models/dart/dart-20m-chat-q8_0.gguf"));
    byte[] key = "tokenizer.chat_template".getBytes(StandardCharsets.UTF_8);
    int at = 0;
    while (!startsWith(file, at, key)) {
      at++;
    }
    at += key.length + Integer.BYTES;
    int length = file[at] & 0xff | (file[at + 1] & 0xff) << 8;
    byte[] text = template.getBytes(StandardCharsets.UTF_8);
    assertThat(text.length).isLessThanOrEqualTo(length);
    for (int i = 0; i < length; i++) {
      file[at + Long.BYTES + i] = i < text.length ? text[i] : (byte) ' ';
    }
    return Files.write(
        directory.resolve("models").resolve(Math.abs(template.hashCode()) + ".gguf"), file);
  }

  private static boolean startsWith(byte[] file, int at, byte[] key) {
    for (int i = 0; i < key.length; i++) {
      if (file[at + i] != key[i]) {
        return false;
      }
    }
    return true;
  }

  private static void people() {
    Accounts accounts = console.bean(Accounts.class);
    String hash = accounts.passwordHash("admin").orElseThrow();
    accounts.create("hostile", Role.ADMIN, hash, false);
    console
        .bean(JdbcTemplate.class)
        .update("update account set name = ? where name = 'hostile'", name("user"));
    console.bean(TenantQuotas.class).put(name("tenant"), Limits.NONE, Revision.ANY);
  }

  private static String key() {
    KeyText text = KeyText.fresh();
    console
        .bean(ApiKeys.class)
        .create(
            new ApiKey(
                text.id(),
                text("key-name").substring(0, 120),
                name("key-owner"),
                name("key-tenant"),
                Optional.empty(),
                Set.of("first", name("key-alias")),
                Limits.NONE,
                text.sha256(),
                Instant.now(),
                null,
                null,
                0));
    return text.reveal();
  }

  private static void operation() {
    console
        .bean(Operations.class)
        .start(
            "load",
            text("operation-target"),
            text("operation-actor"),
            operation -> {
              operation.stage(name("operation-stage"));
              throw new ProblemException(Problem.Type.INVALID_MODEL, text("operation-problem"));
            });
    browser
        .await()
        .until(
            _ ->
                console.bean(Operations.class).running().stream()
                    .noneMatch(view -> view.target().contains("operation-target")));
  }

  /** One that ended, of a tenant with such a name. */
  private static void request() throws Exception {
    FakeModelOpener opener = console.bean(FakeModelOpener.class);
    opener.engine.says(FinishReason.STOP, "fine");
    try (HttpClient client = HttpClient.newHttpClient()) {
      String body = "{\"model\":\"first\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
      HttpResponse<String> answer =
          client.send(
              HttpRequest.newBuilder(URI.create(console.address("/v1/chat/completions")))
                  .header("Content-Type", "application/json")
                  .header("Authorization", "Bearer " + key())
                  .header("X-Request-Id", "hostile-request")
                  .POST(HttpRequest.BodyPublishers.ofString(body))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).isEqualTo(200);
    }
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private static void assertHarmless() {
    assertThat((List<?>) browser.driver().executeScript(HARM))
        .as(browser.driver().getCurrentUrl())
        .isEmpty();
    String page = browser.driver().getPageSource();
    assertThat(page).as("an expression was evaluated").doesNotContain("60481729");
    for (String place : PLANTED) {
      if (page.contains("xss-mark&gt;" + place + "\"")
          || page.contains("xss-mark&gt;" + place + "&quot;")) {
        SEEN.add(place);
      }
    }
    assertThat(browser.complaints())
        .allMatch(line -> line.contains("the server responded with a status of 4"));
  }

  @Test
  void everyPageShowsThemAsTexts() {
    console.as(name("user"), "en");
    String model = "/console/models/" + encoded(name("model"));
    String hostile = encoded(text("query"));
    long audited =
        console.bean(AuditTrail.class).before(Long.MAX_VALUE, 1000).stream()
            .filter(row -> row.entry().actor().contains("audit-actor"))
            .findFirst()
            .orElseThrow()
            .position();
    List<String> paths = new ArrayList<>();
    ConsolePage.ALL.forEach(page -> paths.add(page.path()));
    for (String tab : List.of("versions", "profiles", "decoding", "activity", "history")) {
      paths.add(model + "?tab=" + tab);
    }
    for (int version = 1; version <= 3; version++) {
      paths.add(model + "/versions/" + version + "?text=" + hostile);
    }
    paths.add(model + "?tab=profiles&profile=" + hostile);
    paths.add(model + "?tab=" + hostile);
    paths.add("/console/models/" + encoded(NAME.formatted("query")));
    paths.add("/console/add?model=" + hostile);
    paths.add("/console/runtime?plan=" + hostile);
    paths.add("/console/runtime?plan=load&what=" + hostile);
    paths.add("/console/runtime?plan=swap&alias=" + encoded(name("alias")));
    paths.add("/console/runtime?plan=policy&alias=" + encoded(name("alias")));
    paths.add("/console/audit?open=" + audited);
    paths.add("/console/audit?actor=%s&action=%s&target=%s".formatted(hostile, hostile, hostile));
    paths.add("/console/access/quotas?tenant=" + encoded(name("tenant")));
    paths.add("/console/requests/hostile-request");
    paths.add("/console/requests/" + encoded(NAME.formatted("query")));
    paths.add("/console/" + encoded(NAME.formatted("query")));
    paths.add("/?model=" + hostile);
    for (String path : paths) {
      console.open(path);
      assertHarmless();
    }
    Set<String> unseen = new TreeSet<>(PLANTED);
    unseen.removeAll(SEEN);
    assertThat(unseen).as("places that no page shows").isEmpty();
  }

  @Test
  void theyAreTextsInAConversationToo() {
    FakeModelOpener opener = console.bean(FakeModelOpener.class);
    opener.engine.says(FinishReason.STOP, PAYLOAD.formatted("answer"));
    console.as("admin", "en");
    console.open("/");
    browser.await().until(_ -> browser.text(".pane select").contains("first"));
    browser.choose(".pane select", "first");
    for (boolean tokens : new boolean[] {false, true}) {
      if (tokens) {
        browser.click("#clear");
        browser.click("#tokens");
      }
      browser.type("#system", NAME.formatted("system"));
      browser.type("#message", NAME.formatted("question") + Keys.ENTER);
      browser.awaitText(".msg:last-child", "xss-mark>answer");
      browser.awaitText(".figures", "TTFT");
      assertHarmless();
    }
    browser.click("#code-open");
    browser.awaitText("#code pre", "xss-mark>question");
    assertHarmless();
  }

  @Test
  void theyAreTextsInWhatComesWhileAPageIsOpen() {
    console.as("admin", "en");
    console.open("/console/runtime");
    console
        .bean(AliasChanges.class)
        .put(
            NAME.formatted("late-alias"),
            new AliasTarget(name("model"), 1, name("load-profile"), name("decoding-profile")),
            AliasPolicy.DEFAULT,
            Revision.ANY,
            "test",
            "");
    browser.awaitText("#aliases", "xss-mark>late-alias");
    assertHarmless();
    console.open("/console/overview");
    browser.awaitText("#models", "xss-mark>late-alias");
    assertHarmless();
    console.bean(AliasChanges.class).delete(NAME.formatted("late-alias"), Revision.ANY);
  }

  @Test
  void theyAreTextsWhereAFormIsRefused() {
    console.as("admin", "en");
    Map<String, String> forms =
        Map.of(
            "/console/add", "#path-form [name=path]",
            "/console/access/people", "form[action='/console/access/people'] [name=name]",
            "/console/access/quotas", "form[action='/console/access/quotas'] [name=tenant]",
            "/console/settings/transfer", "#document");
    forms.forEach(
        (path, field) -> {
          console.open(path);
          browser.type(field, PAYLOAD.formatted("form"));
          browser
              .driver()
              .executeScript("document.querySelector(arguments[0]).form.requestSubmit()", field);
          browser.awaitElement(".problem, .note.bad");
          assertHarmless();
        });
  }
}
