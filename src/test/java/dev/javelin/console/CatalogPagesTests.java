package dev.javelin.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.catalog.AliasPolicy;
import dev.javelin.catalog.AliasTarget;
import dev.javelin.catalog.Aliases;
import dev.javelin.catalog.DecodingProfiles;
import dev.javelin.catalog.LoadProfiles;
import dev.javelin.catalog.Models;
import dev.javelin.catalog.Revision;
import dev.javelin.catalog.account.Role;
import dev.javelin.catalog.audit.AuditEntry;
import dev.javelin.catalog.audit.AuditRow;
import dev.javelin.catalog.audit.AuditTrail;
import dev.javelin.fake.ServerTest;
import dev.javelin.fake.TestKeys;
import dev.javelin.service.AliasChanges;
import dev.javelin.service.Registrations;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The catalog's pages as a browser without scripts uses them. */
@ServerTest
class CatalogPagesTests {
  @TempDir Path folder;
  @LocalServerPort int port;
  @Autowired TestKeys keys;
  @Autowired Models models;
  @Autowired LoadProfiles loadProfiles;
  @Autowired DecodingProfiles decodingProfiles;
  @Autowired Aliases aliases;
  @Autowired AliasChanges aliasChanges;
  @Autowired Registrations registrations;
  @Autowired AuditTrail trail;
  private final String model = "m" + UUID.randomUUID().toString().substring(0, 8);
  private final String page = "/console/models/" + model;
  private PageClient pages = new PageClient(0);
  private String deployer = "";

  @BeforeEach
  void open() throws IOException {
    pages = new PageClient(port);
    deployer = keys.with(Role.DEPLOYER);
    models.create(model, "");
    for (String name : List.of("one.gguf", "two.gguf")) {
      Path file = Files.writeString(folder.resolve(name), name);
      registrations.register(model, file, "path:" + file, "test");
    }
    loadProfiles.put(model, "default", "{}", Revision.ANY);
    loadProfiles.put(model, "spare", "{\"contextLength\":64}", Revision.ANY);
    decodingProfiles.put(model, "default", "{}", Revision.ANY);
    decodingProfiles.put(model, "cold", "{\"sampling\":{\"temperature\":0.2}}", Revision.ANY);
    alias(1, "default", "default");
  }

  @AfterEach
  void close() {
    pages.close();
    aliases.find(model).ifPresent(alias -> aliasChanges.delete(model, Revision.ANY));
    models.find(model).ifPresent(_ -> models.delete(model, Revision.ANY));
  }

  private void alias(int version, String load, String decoding) {
    aliasChanges.put(
        model,
        new AliasTarget(model, version, load, decoding),
        AliasPolicy.DEFAULT,
        Revision.ANY,
        "test",
        "");
  }

  private long revision() {
    return aliases.require(model).revision();
  }

  @Test
  void nothingIsDeletedThatAnAliasNeedsAndThePageSaysWhatToDo() throws Exception {
    HttpResponse<String> asked = pages.get(page + "?remove=version&which=1", deployer);
    assertThat(asked.body())
        .contains(
            "Delete the version " + model + ":1?",
            "Aliases need it",
            "plan=swap&amp;alias=" + model,
            "disabled");
    HttpResponse<String> refused = pages.post(page + "/versions/1/delete", deployer);
    assertThat(refused.statusCode()).isEqualTo(409);
    assertThat(refused.body())
        .contains("in use", "Point the aliases that use it elsewhere first, and unload it.");
    assertThat(pages.post(page + "/delete", deployer, "revision", ofModel()).statusCode())
        .isEqualTo(409);
    assertThat(
            pages
                .post(
                    page + "/load-profiles/default/delete",
                    deployer,
                    "revision",
                    String.valueOf(loadProfiles.require(model, "default").revision()))
                .statusCode())
        .isEqualTo(409);
    assertThat(models.versions(model)).hasSize(2);
  }

  @Test
  void everythingCanBeDeletedInTurnAndTheAuditHasWhatItWas() throws Exception {
    assertThat(pages.get(page + "?remove=alias&which=" + model, deployer).body())
        .contains("Clients that call this name are refused", "0 requests to it run now");
    deleted("/aliases/%s/delete".formatted(model), "revision", String.valueOf(revision()));
    assertThat(lastChange().before()).contains("\"loadProfile\":\"default\"");
    deleted("/versions/1/delete");
    assertThat(lastChange().before()).contains("one.gguf");
    deleted("/load-profiles/spare/delete", "revision", spare());
    assertThat(lastChange().before()).contains("\"contextLength\":64");
    deleted(
        "/decoding-profiles/cold/delete",
        "revision",
        String.valueOf(decodingProfiles.require(model, "cold").revision()));
    assertThat(lastChange().before()).contains("0.2");
    assertThat(pages.get(page + "?remove=model", deployer).body())
        .contains("1 versions go with it");
    deleted("/delete", "revision", ofModel());
    assertThat(models.find(model)).isEmpty();
  }

  private void deleted(String path, String... fields) throws Exception {
    HttpResponse<String> done = pages.post(page + path, deployer, fields);
    assertThat(done.statusCode()).as(done.body()).isEqualTo(303);
    assertThat(state(lastChange()).isMissingNode()).isTrue();
  }

  @Test
  void whatSomebodyElseChangedMeanwhileIsNotDeleted() throws Exception {
    String seen = String.valueOf(revision());
    alias(2, "default", "default");
    HttpResponse<String> refused =
        pages.post(page + "/aliases/%s/delete".formatted(model), deployer, "revision", seen);
    assertThat(refused.statusCode()).isEqualTo(412);
    assertThat(refused.body()).contains("look at their change and decide again");
    assertThat(aliases.find(model)).isPresent();
  }

  @Test
  void onlyADeployerSeesWaysToDelete() throws Exception {
    String viewer = keys.with(Role.VIEWER);
    assertThat(pages.get(page, viewer).body()).doesNotContain("remove=");
    assertThat(pages.post(page + "/delete", viewer).statusCode()).isEqualTo(403);
  }

  @Test
  void aChangeLeavesWhatWasAndWhatIs() throws Exception {
    pages.post(
        page + "/load-profiles",
        deployer,
        "name",
        "spare",
        "revision",
        spare(),
        "contextLength",
        "96");
    assertThat(lastChange().before()).contains("\"contextLength\":64");
    assertThat(state(lastChange()).at("/settings/contextLength").intValue()).isEqualTo(96);
    pages.post(
        page + "/description", deployer, "revision", ofModel(), "description", "for the shop");
    assertThat(state(lastChange()).path("description").stringValue()).isEqualTo("for the shop");
    pages.post(
        "/console/runtime/aliases/%s/policy".formatted(model),
        deployer,
        "revision",
        String.valueOf(revision()),
        "loading",
        "MANUAL",
        "pinned",
        "true");
    assertThat(lastChange().before()).contains("\"pinned\":false");
    assertThat(state(lastChange()).path("pinned").booleanValue()).isTrue();
  }

  private String ofModel() {
    return String.valueOf(models.require(model).revision());
  }

  private String spare() {
    return String.valueOf(loadProfiles.require(model, "spare").revision());
  }

  @Test
  void aFieldThatCannotBeReadIsNamedAndKept() throws Exception {
    for (String wrong : List.of("many", "{}", "true")) {
      HttpResponse<String> refused =
          pages.post(
              page + "/load-profiles",
              deployer,
              "name",
              "spare",
              "revision",
              spare(),
              "contextLength",
              wrong,
              "maxSequences",
              "7");
      assertThat(refused.statusCode()).as(wrong).isEqualTo(400);
      assertThat(refused.body())
          .contains("contextLength", "Correct the field", "value=\"7\"")
          .contains("value=\"" + wrong + "\"");
    }
  }

  @Test
  void aSwapShowsEverythingThatDiffers() throws Exception {
    String plan =
        pages
            .get(
                "/console/runtime?plan=swap&alias=%s&version=%s:2&loadProfile=spare&decodingProfile=cold"
                    .formatted(model, model),
                deployer)
            .body();
    assertThat(plan)
        .contains("Files, SHA-256", "Context", ">64<", "sampling.temperature", ">0.2<")
        .doesNotContain("Architecture<");
  }

  @Test
  void aSwapPlannedFromAStateThatIsOverShowsTheNewOne() throws Exception {
    String seen = String.valueOf(revision());
    alias(2, "default", "default");
    HttpResponse<String> refused =
        pages.post(
            "/console/runtime/swaps",
            deployer,
            "alias",
            model,
            "revision",
            seen,
            "version",
            model + ":2",
            "loadProfile",
            "default",
            "decodingProfile",
            "default");
    assertThat(refused.statusCode()).isEqualTo(412);
    assertThat(refused.body()).contains("This is what the alias stands for now");
  }

  @Test
  void aStalePolicyShowsBothSides() throws Exception {
    String seen = String.valueOf(revision());
    aliasChanges.put(
        model,
        new AliasTarget(model, 1, "default", "default"),
        new AliasPolicy(AliasPolicy.Loading.STARTUP, false, 300L),
        Revision.ANY,
        "test",
        "");
    HttpResponse<String> refused =
        pages.post(
            "/console/runtime/aliases/%s/policy".formatted(model),
            deployer,
            "revision",
            seen,
            "loading",
            "MANUAL",
            "idleMinutes",
            "9");
    assertThat(refused.statusCode()).isEqualTo(412);
    assertThat(refused.body())
        .contains("id=\"merge\"", "value=\"9\"", "<b>5</b>", "<b>loaded at the start</b>");
    assertThat(aliases.require(model).policy().idleSeconds()).isEqualTo(300L);
  }

  @Test
  void theHistoryShowsWhatAnAliasStoodForBefore() throws Exception {
    alias(2, "spare", "cold");
    String history = pages.get(page + "?tab=history", deployer).body();
    assertThat(history)
        .contains(
            "removed\">%s:1/default · default".formatted(model),
            "<b class=\"mono\">%s:2/spare · cold</b>".formatted(model),
            "version=%s:1&amp;loadProfile=default".formatted(model));
  }

  @Test
  void theHistoryKeepsAnAliasThatIsDeleted() throws Exception {
    aliasChanges.delete(model, Revision.ANY);
    String history = pages.get(page + "?tab=history", deployer).body();
    assertThat(history)
        .contains("<b class=\"mono\">%s:1/default · default</b>".formatted(model), ">deleted<")
        .doesNotContain("plan=swap");
  }

  @Test
  void theOverviewSaysWhatNeedsAPersonAndWhatHappened() throws Exception {
    aliasChanges.put(
        model,
        new AliasTarget(model, 1, "default", "default"),
        new AliasPolicy(AliasPolicy.Loading.MANUAL, false, null),
        Revision.ANY,
        "test",
        "");
    String overview = pages.get("/console/overview", deployer).body();
    assertThat(overview)
        .contains(
            "Calls of %s are refused until somebody loads it.".formatted(model),
            "what=%s:1/default".formatted(model),
            "id=\"events\"");
    assertThat(pages.get("/console/overview", "").body())
        .contains("Who did what is shown to people with a name.")
        .doesNotContain("id=\"events\"");
  }

  private AuditEntry lastChange() {
    return trail.before(Long.MAX_VALUE, 50).stream()
        .map(AuditRow::entry)
        .filter(entry -> entry.action().startsWith("POST /console/"))
        .findFirst()
        .orElseThrow();
  }

  private static JsonNode state(AuditEntry entry) {
    return JsonMapper.shared().readTree(String.valueOf(entry.after())).path("state");
  }
}
