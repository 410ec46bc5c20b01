package dev.javelin.console;

import dev.javelin.JavelinApplication;
import dev.javelin.catalog.AliasPolicy;
import dev.javelin.catalog.AliasTarget;
import dev.javelin.catalog.DecodingProfiles;
import dev.javelin.catalog.LoadProfiles;
import dev.javelin.catalog.Models;
import dev.javelin.catalog.Revision;
import dev.javelin.catalog.account.Accounts;
import dev.javelin.catalog.account.Limits;
import dev.javelin.catalog.account.Role;
import dev.javelin.catalog.account.TenantQuotas;
import dev.javelin.engine.request.FinishReason;
import dev.javelin.fake.FakeBackend;
import dev.javelin.fake.FakeModelOpener;
import dev.javelin.fake.ServerTest;
import dev.javelin.fake.TestKeys;
import dev.javelin.service.AliasChanges;
import dev.javelin.service.Operations;
import dev.javelin.service.Registrations;
import java.io.IOException;
import java.net.CookieManager;
import java.net.HttpCookie;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.openqa.selenium.Cookie;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * A server over fake engines that has something to show on every page, people of every role, and a
 * browser. Nobody's name is {@link ConsolePage#NOBODY}, everybody else's is that of their role.
 */
final class TestConsole implements AutoCloseable {
  private static final Path DART =
      Path.of("models", "dart", "dart-20m-chat-q8_0.gguf").toAbsolutePath();
  private static final String SESSION = "javelin_session";

  private final ConfigurableApplicationContext server;
  private final TestBrowser browser;
  private final Path models;
  private final Map<String, String> sessions = new ConcurrentHashMap<>();

  /**
   * @param directory an empty folder
   * @param model that is served from the start; "none": none
   */
  TestConsole(Path directory, String model) throws IOException {
    this(directory, model, "");
  }

  private TestConsole(Path directory, String model, String roots) throws IOException {
    browser = new TestBrowser(Files.createDirectory(directory.resolve("profile")));
    models = Files.createDirectory(directory.resolve("models"));
    List<String> all = new ArrayList<>();
    all.add("--javelin.home=" + directory);
    all.add("--javelin.model=" + model);
    all.add("--server.port=0");
    all.add("--javelin.serving.model-roots=%s%s".formatted(models, roots));
    all.add("--javelin.data-dir=" + directory.resolve("data"));
    all.add(
        "--javelin.database-url=jdbc:h2:mem:%s;DB_CLOSE_DELAY=-1"
            .formatted(directory.getFileName()));
    all.add("--javelin.admin.password=" + ServerTest.ADMIN_PASSWORD);
    all.add("--spring.main.allow-bean-definition-overriding=true");
    server =
        new SpringApplication(JavelinApplication.class, FakeBackend.class)
            .run(all.toArray(String[]::new));
    browser.driver().get(address("/login")); // cookies need a page that they are of
  }

  /** One with models, profiles, aliases, ended requests, keys, quotas and settings. */
  static TestConsole filled(Path directory) throws IOException {
    Path first = Files.writeString(directory.resolve("first.gguf"), "first");
    TestConsole console = new TestConsole(directory, first.toString(), "," + DART.getParent());
    console.fill(directory);
    return console;
  }

  /** One with versions that can be loaded on a device of 1000 MB, and profiles that do not fit. */
  static TestConsole managed(Path directory) throws IOException {
    Path first = Files.writeString(directory.resolve("first.gguf"), "first");
    TestConsole console = new TestConsole(directory, first.toString());
    for (String name : List.of("second.gguf", "third.gguf")) {
      Path file = Files.writeString(console.models.resolve(name), name);
      console.bean(Registrations.class).register("first", file, "path:" + name, "test");
    }
    LoadProfiles profiles = console.bean(LoadProfiles.class);
    profiles.put("first", "small", "{\"contextLength\":128}", Revision.ANY);
    profiles.put("first", "large", "{\"contextLength\":200000}", Revision.ANY);
    AliasTarget other = new AliasTarget("first", 2, "default", "default");
    console
        .bean(AliasChanges.class)
        .put("other", other, AliasPolicy.DEFAULT, Revision.ANY, "test", "");
    return console;
  }

  private void fill(Path directory) throws IOException {
    Path second = Files.writeString(directory.resolve("models/second.gguf"), "second");
    Registrations registrations = bean(Registrations.class);
    registrations.register("first", second, "path:second.gguf", "test");
    bean(Models.class).create("dart", "随服务器提供的模型");
    registrations.register("dart", DART, "path:" + DART, "test");
    LoadProfiles profiles = bean(LoadProfiles.class);
    profiles.put("first", "small", "{\"contextLength\":128}", Revision.ANY);
    profiles.put("first", "large", "{\"contextLength\":2000000}", Revision.ANY);
    profiles.put("dart", "default", "{}", Revision.ANY);
    bean(DecodingProfiles.class).put("dart", "default", "{}", Revision.ANY);
    bean(AliasChanges.class)
        .put(
            "other",
            new AliasTarget("first", 2, "default", "default"),
            new AliasPolicy(AliasPolicy.Loading.MANUAL, true, 600L),
            Revision.ANY,
            "user:admin",
            "试用");
    bean(TenantQuotas.class).put("team", new Limits(60L, null, 1_000_000L, 4L), Revision.ANY);
    bean(TestKeys.class).with(Role.DEVELOPER);
    bean(FakeModelOpener.class).engine.says(FinishReason.STOP, "fine", " indeed");
    try (Calls calls = new Calls(address(""), "first", 2)) {
      calls.statuses();
    }
    browser.await().until(_ -> bean(Operations.class).running().isEmpty());
  }

  <T> T bean(Class<T> type) {
    return server.getBean(type);
  }

  /** The folder that models are registered from. */
  Path models() {
    return models;
  }

  TestBrowser browser() {
    return browser;
  }

  int port() {
    return Integer.parseInt(server.getEnvironment().getRequiredProperty("local.server.port"));
  }

  String address(String path) {
    return "http://127.0.0.1:" + port() + path;
  }

  /** The session of somebody, made when it is needed first; empty for nobody. */
  String session(String who) {
    return who.equals(ConsolePage.NOBODY) ? "" : sessions.computeIfAbsent(who, this::logIn);
  }

  /** A session of somebody that no other test has. */
  String logIn(String who) {
    Accounts accounts = bean(Accounts.class);
    if (accounts.find(who).isEmpty()) {
      String hash = accounts.passwordHash("admin").orElseThrow();
      accounts.create(who, Role.of(who).orElseThrow(), hash, false);
    }
    CookieManager cookies = new CookieManager();
    try (HttpClient client = HttpClient.newBuilder().cookieHandler(cookies).build()) {
      client.send(request("/login").build(), HttpResponse.BodyHandlers.discarding());
      String form =
          "username=%s&password=%s&_csrf=%s"
              .formatted(
                  URLEncoder.encode(who, StandardCharsets.UTF_8),
                  URLEncoder.encode(ServerTest.ADMIN_PASSWORD, StandardCharsets.UTF_8),
                  cookie(cookies, "XSRF-TOKEN"));
      client.send(
          request("/login")
              .header("Content-Type", "application/x-www-form-urlencoded")
              .POST(HttpRequest.BodyPublishers.ofString(form))
              .build(),
          HttpResponse.BodyHandlers.discarding());
      return cookie(cookies, SESSION);
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String cookie(CookieManager cookies, String name) {
    return cookies.getCookieStore().getCookies().stream()
        .filter(cookie -> cookie.getName().equals(name))
        .map(HttpCookie::getValue)
        .findFirst()
        .orElseThrow();
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(address(path))).header("Accept", "text/html,*/*");
  }

  /** An administrator sits down before a wide window; what the browser said before is forgotten. */
  void asAdministrator() {
    as("admin", "en");
    browser.view(1440, "light");
    browser.complaints();
  }

  /** The browser becomes somebody's, in a language. */
  void as(String who, String language) {
    var cookies = browser.driver().manage();
    cookies.deleteAllCookies();
    browser.language(language);
    if (!session(who).isEmpty()) {
      cookies.addCookie(new Cookie(SESSION, session(who)));
    }
  }

  /** Opens a page and waits until its scripts have run. */
  void open(String path) {
    browser.driver().get(address(path));
    browser.awaitElement("#theme:not([hidden])");
  }

  @Override
  public void close() {
    browser.close();
    server.close();
  }
}
