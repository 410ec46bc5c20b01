package dev.javelin.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.catalog.account.Role;
import dev.javelin.fake.ServerTest;
import dev.javelin.fake.TestKeys;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.ApplicationContext;

/** Access, Audit and Settings as a browser without scripts uses them: forms in, pages out. */
@ServerTest
class ManagementPagesTests {
  private static final String HOSTILE =
      "<script>alert(1)</script>\"' onclick=x {{7777*7777}} ${7777*7777} __${7777*7777}__";

  private static final List<String> PAGES =
      List.of(
          "/console/access",
          "/console/access/people",
          "/console/access/quotas",
          "/console/audit",
          "/console/settings",
          "/console/settings/transfer",
          "/console/settings/about");

  @LocalServerPort int port;
  @Autowired TestKeys keys;
  @Autowired ApplicationContext context;
  private PageClient pages = new PageClient(0);

  @BeforeEach
  void open() {
    pages = new PageClient(port);
  }

  @AfterEach
  void close() {
    pages.close();
  }

  private HttpResponse<String> get(String path, String key) throws Exception {
    return pages.get(path, key);
  }

  private HttpResponse<String> post(String path, String key, String... fields) throws Exception {
    return pages.post(path, key, fields);
  }

  private String admin() {
    return keys.with(Role.ADMIN);
  }

  /** Of somebody, as their row has it. */
  private String revision(String person) throws Exception {
    return first(
        "people/%s/role\"[\\s\\S]*?name=\"revision\" value=\"(\\d+)\"".formatted(person),
        get("/console/access/people", admin()).body());
  }

  private static String first(String pattern, String text) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    assertThat(matcher.find()).as(pattern).isTrue();
    return matcher.group(1);
  }

  @Test
  void aKeyIsShownOnceWorksAndIsRevoked() throws Exception {
    String admin = admin();
    String name = "robot " + UUID.randomUUID();
    HttpResponse<String> made =
        post("/console/access/keys", admin, "name", name, "role", "viewer", "tokensPerDay", "1000");
    assertThat(made.statusCode()).isEqualTo(201);
    assertThat(made.headers().firstValue("Cache-Control").orElse("")).contains("no-store");
    String secret = first("id=\"secret\"[^>]*>([^<]+)<", made.body());
    assertThat(get("/api/v1/models", secret).statusCode()).isEqualTo(200);

    String list = get("/console/access", admin).body();
    assertThat(list).contains(name, "/ 1,000").doesNotContain(secret);
    String id = first(Pattern.quote(name) + "[\\s\\S]*?/console/access/keys/([^/]+)/revoke", list);
    HttpResponse<String> revoked = post("/console/access/keys/" + id + "/revoke", admin);
    assertThat(revoked.statusCode()).isEqualTo(303);
    assertThat(get("/api/v1/models", secret).statusCode()).isEqualTo(401);
    assertThat(get("/console/access", admin).body()).contains("revoked");
  }

  @Test
  void whatIsRefusedSaysWhyAndKeepsWhatWasWritten() throws Exception {
    HttpResponse<String> refused =
        post("/console/access/keys", keys.with(Role.DEVELOPER), "name", "mine", "role", "admin");
    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(refused.body()).contains("at most its maker&#39;s role", "value=\"mine\"");
    HttpResponse<String> wrong =
        post("/console/access/keys", admin(), "name", "mine", "tokensPerDay", "many");
    assertThat(wrong.statusCode()).isEqualTo(400);
    assertThat(wrong.body()).contains("tokensPerDay is a whole number", "value=\"many\"");
  }

  @Test
  void everybodySeesWhatTheyMayAndIsToldWhoMayTheRest() throws Exception {
    for (String page : PAGES) {
      HttpResponse<String> nobody = get(page, "");
      assertThat(nobody.statusCode()).as(page).isEqualTo(200);
      assertThat(nobody.body()).as(page).contains("This needs the role", "href=\"/login\"");
      assertThat(get(page, admin()).body()).as(page).doesNotContain("This needs the role");
    }
    String viewer = keys.with(Role.VIEWER);
    assertThat(get("/console/access", viewer).body()).contains("This needs the role developer");
    assertThat(get("/console/settings", viewer).body())
        .contains("javelin.max-body")
        .doesNotContain("action=\"/console/settings/values\"");
    assertThat(post("/console/access/people", viewer, "name", "x", "role", "admin").statusCode())
        .isEqualTo(403);
    String developer = keys.with(Role.DEVELOPER);
    assertThat(get("/console/access", developer).body())
        .contains("action=\"/console/access/keys\"")
        .doesNotContain("name=\"tenant\"", "value=\"operator\"");
  }

  @Test
  void aPersonGetsAOneTimePasswordAnotherRoleAndLeaves() throws Exception {
    String admin = admin();
    String name = "ada" + UUID.randomUUID().toString().substring(0, 8);
    HttpResponse<String> made =
        post("/console/access/people", admin, "name", name, "role", "viewer");
    assertThat(made.statusCode()).isEqualTo(201);
    String password = first("id=\"secret\"[^>]*>([^<]+)<", made.body());
    assertThat(password).hasSize(20);
    String path = "/console/access/people/" + name;
    assertThat(
            post(path + "/role", admin, "role", "operator", "revision", revision(name))
                .statusCode())
        .isEqualTo(303);
    assertThat(get("/api/v1/users/" + name, admin).body()).contains("\"role\":\"operator\"");
    assertThat(post(path + "/role", admin, "role", "chief", "revision", revision(name)).body())
        .contains("not valid");
    assertThat(first("id=\"secret\"[^>]*>([^<]+)<", post(path + "/password", admin).body()))
        .isNotEqualTo(password);
    assertThat(post(path + "/delete", admin, "revision", revision(name)).statusCode())
        .isEqualTo(303);
    assertThat(get("/api/v1/users/" + name, admin).statusCode()).isEqualTo(404);
  }

  @Test
  void aTenantsUseIsShownBesideItsLimits() throws Exception {
    String admin = admin();
    String tenant = "team-" + UUID.randomUUID().toString().substring(0, 8);
    assertThat(
            post("/console/access/quotas", admin, "tenant", tenant, "tokensPerDay", "5000")
                .statusCode())
        .isEqualTo(303);
    assertThat(get("/console/access/quotas", admin).body()).contains(tenant, "/ 5,000");
    assertThat(get("/console/access/quotas?tenant=" + tenant, admin).body())
        .contains("value=\"5000\"");
    String delete = "/console/access/quotas/" + tenant + "/delete";
    assertThat(get("/console/access/quotas", admin).body())
        .contains("name=\"revision\" value=\"0\"");
    post(
        "/console/access/quotas", admin, "tenant", tenant, "tokensPerDay", "6000", "revision", "0");
    assertThat(post(delete, admin, "revision", "0").body()).contains("changed meanwhile");
    assertThat(post(delete, admin, "revision", "1").statusCode()).isEqualTo(303);
    assertThat(post("/console/access/quotas", admin, "tenant", "a b").body()).contains("tenant:");
  }

  @Test
  void theAuditShowsTheDifferenceIsSearchedVerifiedAndExported() throws Exception {
    String admin = admin();
    String tenant = "audited-" + UUID.randomUUID().toString().substring(0, 8);
    post("/console/access/quotas", admin, "tenant", tenant, "tokensPerDay", "5000");
    post(
        "/console/access/quotas", admin, "tenant", tenant, "tokensPerDay", "6000", "revision", "0");
    post("/console/access/quotas/" + tenant + "/delete", admin, "revision", "1");
    String target = "?target=" + tenant;
    String found = get("/console/audit" + target, admin).body();
    assertThat(found).contains("/console/access/quotas/" + tenant + "/delete");
    String position = first("open=(\\d+)", found);
    assertThat(get("/console/audit" + target + "&open=" + position, admin).body())
        .contains("/tokensPerDay", "<td class=\"was\">6000</td>");
    assertThat(get("/console/audit?target=100%25_nothing", admin).body()).contains("No row fits");
    assertThat(get("/console/audit?verify=true", admin).body())
        .contains("are as they were written");
    HttpResponse<String> export = get("/console/audit/export" + target, admin);
    assertThat(export.headers().firstValue("Content-Disposition").orElse(""))
        .contains("javelin-audit.jsonl");
    assertThat(export.body().lines()).hasSize(1).allMatch(line -> line.contains(tenant));
    assertThat(get("/console/audit/export", admin).body().lines().count()).isGreaterThan(3);
  }

  @Test
  void olderRowsAreOnTheNextPage() throws Exception {
    String admin = admin();
    for (int i = 0; i < 51; i++) {
      post("/console/settings/values", admin, "key", "paging", "value", "v" + i);
    }
    String newest = get("/console/audit?action=settings/values", admin).body();
    String cursor = first("cursor=(\\d+)\">Older", newest);
    assertThat(get("/console/audit?action=settings/values&cursor=" + cursor, admin).body())
        .contains("Newest")
        .doesNotContain(">" + (Long.parseLong(cursor) + 1) + "<");
  }

  @Test
  void everySettingIsListedWithItsOrigin() throws Exception {
    String page = get("/console/settings", admin()).body();
    assertThat(page).contains("javelin.max-body", "100KB", "javelin.serving.drain");
    assertThat(first("server\\.address<[\\s\\S]*?<span class=\"chip[^>]*>([^<]+)<", page))
        .isEqualTo("default");
    assertThat(page).doesNotContain(ServerTest.ADMIN_PASSWORD).contains("set, not shown");
    Set<String> listed = new TreeSet<>(KnownSettings.keys());
    Set<String> missing = new TreeSet<>();
    context
        .getBeansWithAnnotation(ConfigurationProperties.class)
        .values()
        .forEach(
            bean -> {
              Class<?> type = bean.getClass();
              if (type.isRecord() && type.getName().startsWith("dev.javelin")) {
                String prefix = type.getAnnotation(ConfigurationProperties.class).value();
                for (var part : type.getRecordComponents()) {
                  String key =
                      prefix
                          + "."
                          + part.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
                  if (!listed.contains(key)) {
                    missing.add(key);
                  }
                }
              }
            });
    assertThat(missing).isEmpty();
  }

  @Test
  void aDocumentIsTriedBeforeItIsImported() throws Exception {
    String admin = admin();
    String document = "{\"models\":[],\"aliases\":[],\"settings\":{\"banner\":\"hello\"}}";
    HttpResponse<String> tried = post("/console/settings/import", admin, "document", document);
    assertThat(tried.body()).contains("What it would do", "banner", "<td class=\"is\">hello</td>");
    assertThat(get("/api/v1/settings", admin).body()).doesNotContain("banner");
    assertThat(
            post("/console/settings/import", admin, "document", document, "apply", "true").body())
        .contains("Imported");
    assertThat(get("/api/v1/settings", admin).body()).contains("banner");
    for (String broken : new String[] {"", "{", "[]", "{\"models\":null}", "{\"none\":1}"}) {
      HttpResponse<String> refused = post("/console/settings/import", admin, "document", broken);
      assertThat(refused.statusCode()).as(broken).isEqualTo(400);
      assertThat(refused.body()).contains("not valid");
    }
  }

  @Test
  void hostileTextsAreShownAsTexts() throws Exception {
    String admin = admin();
    post("/console/access/keys", admin, "name", HOSTILE);
    post("/console/access/keys", admin, "name", "x", "aliases", HOSTILE.replace(" ", ""));
    post("/console/settings/values", admin, "key", "hostile", "value", HOSTILE);
    post("/console/settings/import", admin, "document", HOSTILE);
    get("/console/audit?actor=" + URLEncoder.encode(HOSTILE, StandardCharsets.UTF_8), admin);
    for (String page : PAGES) {
      assertThat(get(page, admin).body())
          .as(page)
          .doesNotContain("<script>alert", "60481729", "' onclick=x\"");
    }
    assertThat(
            get("/console/audit?actor=" + URLEncoder.encode(HOSTILE, StandardCharsets.UTF_8), admin)
                .body())
        .doesNotContain("<script>alert");
    assertThat(get("/console/access", admin).body()).contains("&lt;script&gt;alert(1)");
    assertThat(
            get("/console/requests/" + URLEncoder.encode(HOSTILE, StandardCharsets.UTF_8), "")
                .body())
        .doesNotContain("<script>alert");
  }

  @Test
  void aFormWithoutItsTokenIsOfNoUseToAnotherSite() throws Exception {
    // Without a session and without a key there is nobody to act for.
    for (String form :
        List.of("/console/access/keys", "/console/access/people", "/console/settings/values")) {
      assertThat(post(form, "").statusCode()).as(form).isIn(303, 401);
    }
    String page = get("/console/access", admin()).body();
    Matcher forms = Pattern.compile("<form[^>]*method=\"post\"[\\s\\S]*?</form>").matcher(page);
    int count = 0;
    while (forms.find()) {
      assertThat(forms.group()).contains("name=\"_csrf\"");
      count++;
    }
    assertThat(count).isGreaterThan(1);
  }
}
