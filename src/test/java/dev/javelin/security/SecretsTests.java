package dev.javelin.security;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.javelin.api.admin.ApiClient;
import dev.javelin.api.admin.ApiClient.Answer;
import dev.javelin.catalog.account.Role;
import dev.javelin.fake.FakeIssuer;
import dev.javelin.fake.OptedIn;
import dev.javelin.fake.ServerTest;
import dev.javelin.fake.TestKeys;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.JdbcTemplate;

/** Plants every kind of secret, and looks for it wherever the server writes or says anything. */
@OptedIn
@ExtendWith(OutputCaptureExtension.class)
class SecretsTests {
  private static final String TABLES =
      "select table_name from information_schema.tables where table_schema = 'PUBLIC'";

  @LocalServerPort int port;
  @Autowired TestKeys keys;
  @Autowired JdbcTemplate database;
  private final Logger ours = (Logger) LoggerFactory.getLogger("dev.javelin");
  private final Level before = ours.getLevel();
  private final StringBuilder said = new StringBuilder();
  private final List<String> planted = new ArrayList<>();
  private ApiClient admin = new ApiClient(0, "");

  @BeforeEach
  void connect() {
    ours.setLevel(Level.DEBUG);
    String key = keys.with(Role.ADMIN);
    admin = new ApiClient(port, key);
    planted.addAll(List.of(OptedIn.DATABASE_PASSWORD, OptedIn.HUB_TOKEN, secretOf(key)));
    planted.add(ServerTest.ADMIN_PASSWORD);
    planted.add(FakeIssuer.SECRET);
  }

  @AfterEach
  void quiet() {
    ours.setLevel(before);
  }

  @Test
  void noSecretIsEverWrittenOrSaid(CapturedOutput output) {
    people();
    keysOnceShown();
    logins();
    hub();
    uploads();
    exports();
    for (Map<String, Object> table : database.queryForList(TABLES)) {
      database
          .queryForList("select * from \"%s\"".formatted(table.get("TABLE_NAME")))
          .forEach(row -> said.append(row).append('\n'));
    }
    assertThat(said).contains("planted-person", "planted-key-name", "planted-upload");
    for (String secret : planted) {
      assertThat(secret).hasSizeGreaterThan(8);
      assertThat(said).doesNotContain(secret);
      assertThat(output.getAll()).doesNotContain(secret);
    }
  }

  private void people() {
    String password = plant("planted password");
    String person = "planted-person-" + UUID.randomUUID();
    String body =
        "{\"name\":\"%s\",\"role\":\"viewer\",\"password\":\"%s\"}".formatted(person, password);
    String again = "planted-" + UUID.randomUUID();
    said(admin.post("/api/v1/users", body, "Idempotency-Key", again).is(201));
    said(admin.post("/api/v1/users", body, "Idempotency-Key", again).is(201));
    said(admin.post("/api/v1/users", body).is(409));
    said(admin.post("/api/v1/users", body + "}"));
    said(admin.post("/api/v1/users", body.replace("viewer", "king")).is(400));
    said(admin.post("/api/v1/users", body.replace("\"role\"", "\"rule\"")).is(400));
    said(admin.post("/api/v1/users", body.replace("\"" + password + "\"", "{\"a\":\"" + password)));
    said(admin.post("/api/v1/me/password", "{\"old\":\"%s\",\"next\":7}".formatted(password)));
    // Shown in this answer and never again, though the call may be repeated.
    String once = "{\"name\":\"planted-once-%s\",\"role\":\"viewer\"}".formatted(UUID.randomUUID());
    String key = "planted-" + UUID.randomUUID();
    Answer made = admin.post("/api/v1/users", once, "Idempotency-Key", key).is(201);
    planted.add(made.text("/oneTimePassword"));
    said(admin.post("/api/v1/users", once, "Idempotency-Key", key).isProblem(409, "conflict"));
    Answer reset = admin.post("/api/v1/users/%s/password".formatted(person), "").is(200);
    planted.add(reset.text("/oneTimePassword"));
    said(admin.get("/api/v1/users"));
  }

  private void keysOnceShown() {
    String body = "{\"name\":\"planted-key-name\"}";
    String repeatable = "planted-" + UUID.randomUUID();
    Answer made = admin.post("/api/v1/api-keys", body, "Idempotency-Key", repeatable).is(201);
    String secret = made.text("/secret");
    planted.add(secretOf(secret));
    Answer again = admin.post("/api/v1/api-keys", body, "Idempotency-Key", repeatable);
    said(again.isProblem(409, "conflict"));
    said(new ApiClient(port, secret + "x").get("/v1/models").is(401));
    said(new ApiClient(port, secret).get("/api/v1/users").is(403));
    said(new ApiClient(port, secret).get("/api/v1/nothing").is(404));
    said(admin.get("/api/v1/api-keys").is(200));
    said(admin.get("/api/v1/api-keys/" + made.text("/key/id")).is(200));
  }

  private void logins() {
    ApiClient nobody = new ApiClient(port, "");
    String wrong = plant("wrong password");
    String form = "username=admin&password=" + wrong.replace(' ', '+');
    said(
        nobody.send(
            "POST",
            "/login",
            form.getBytes(StandardCharsets.US_ASCII),
            "Content-Type",
            "application/x-www-form-urlencoded"));
    String basic =
        Base64.getEncoder().encodeToString(("admin:" + wrong).getBytes(StandardCharsets.UTF_8));
    planted.add(basic);
    said(nobody.get("/api/v1/me", "Authorization", "Basic " + basic).is(401));
    String code = plant("code").replace(' ', '-');
    planted.add(code);
    said(nobody.get("/login/oauth2/code/fake?code=%s&state=%s".formatted(code, code)));
    said(nobody.get("/oauth2/authorization/fake"));
  }

  private void hub() {
    String model = "planted-" + System.nanoTime();
    said(admin.post("/api/v1/models", "{\"name\":\"%s\"}".formatted(model)).is(201));
    Answer pull =
        admin.post("/api/v1/models/" + model + "/versions", "{\"hub\":\"hf:owner/name\"}");
    Answer failed = admin.ended(pull);
    assertThat(failed.text("/problem/type")).isEqualTo("urn:javelin:problem:hub-failed");
    said(failed);
  }

  private void uploads() {
    String model = "planted-upload-" + System.nanoTime();
    String content = plant("content");
    byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
    said(admin.post("/api/v1/models", "{\"name\":\"%s\"}".formatted(model)).is(201));
    String file =
        "{'model':'%s','files':[{'name':'a.gguf','sizeBytes':%d,'sha256':'%s'}]}"
            .formatted(model, bytes.length, "0".repeat(64))
            .replace('\'', '"');
    Answer upload = admin.post("/api/v1/uploads", file).is(201);
    String path = upload.header("Location");
    said(admin.send("PUT", path + "/files/a.gguf", (content + "more").getBytes()));
    said(admin.send("PUT", path + "/files/a.gguf", bytes).is(200));
    said(admin.ended(admin.post(path + "/complete", "")));
    said(admin.get(path).is(200));
    said(admin.delete(path).is(204));
  }

  private void exports() {
    for (String path :
        List.of(
            "/api/v1/config/export",
            "/api/v1/settings",
            "/api/v1/operations?limit=200",
            "/api/v1/audit?limit=500",
            "/api/v1/requests",
            "/api/v1/guards",
            "/actuator/prometheus",
            "/actuator/info",
            "/actuator/health",
            "/console/settings",
            "/console/settings/about",
            "/console/audit",
            "/console/audit/export",
            "/console/access",
            "/console/access/people")) {
      said(admin.get(path).is(200));
    }
  }

  private String plant(String name) {
    String secret = "planted %s %s".formatted(name, UUID.randomUUID());
    planted.add(secret);
    return secret;
  }

  private void said(Answer answer) {
    said.append(answer.response().body()).append(answer.response().headers().map()).append('\n');
  }

  /** What of a key is secret: it begins with its id. */
  private static String secretOf(String key) {
    return key.substring(21);
  }
}
