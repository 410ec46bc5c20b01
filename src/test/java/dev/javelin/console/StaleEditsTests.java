package dev.javelin.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.catalog.Models;
import dev.javelin.catalog.Revision;
import dev.javelin.catalog.account.Accounts;
import dev.javelin.catalog.account.Limits;
import dev.javelin.catalog.account.Role;
import dev.javelin.catalog.account.TenantQuotas;
import dev.javelin.fake.ServerTest;
import dev.javelin.fake.TestKeys;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;

/** What somebody else changed meanwhile is shown beside one's own edit, and never overwritten. */
@ServerTest
class StaleEditsTests {
  private static final String PEOPLE = "/console/access/people/";
  private static final String QUOTAS = "/console/access/quotas";
  private static final String MODELS = "/console/models/";

  @LocalServerPort int port;
  @Autowired TestKeys keys;
  @Autowired Accounts accounts;
  @Autowired TenantQuotas quotas;
  @Autowired Models models;
  private final String name = "n" + UUID.randomUUID().toString().substring(0, 8);
  private PageClient pages = new PageClient(0);
  private String admin = "";

  @BeforeEach
  void open() {
    pages = new PageClient(port);
    admin = keys.with(Role.ADMIN);
  }

  @AfterEach
  void close() {
    pages.close();
    accounts.find(name).ifPresent(_ -> accounts.delete(name, Revision.ANY));
    quotas.delete(name, Revision.ANY);
    models.find(name).ifPresent(_ -> models.delete(name, Revision.ANY));
  }

  private HttpResponse<String> post(String path, String... fields) throws Exception {
    return pages.post(path, admin, fields);
  }

  private String person() {
    String hash = accounts.passwordHash("admin").orElseThrow();
    return String.valueOf(accounts.create(name, Role.VIEWER, hash, false).revision());
  }

  private Role role() {
    return accounts.find(name).orElseThrow().role();
  }

  @Test
  void aFormThatDoesNotSayWhichStateItMeansChangesNothing() throws Exception {
    person();
    models.create(name, "as it was");
    quotas.put(name, new Limits(60L, null, null, null), Revision.ANY);
    for (HttpResponse<String> refused :
        List.of(
            post(PEOPLE + name + "/role", "role", "admin"),
            post(PEOPLE + name + "/delete"),
            post(QUOTAS + "/" + name + "/delete"),
            post(MODELS + name + "/description", "description", "another"),
            post(MODELS + name + "/delete"))) {
      assertThat(refused.statusCode()).isEqualTo(428);
      assertThat(refused.body()).contains("state missing", "Reload the page and try again.");
    }
    assertThat(role()).isEqualTo(Role.VIEWER);
    assertThat(quotas.find(name)).isPresent();
    assertThat(models.require(name).description()).isEqualTo("as it was");
  }

  @Test
  void anotherRoleThatSomebodyGaveFirstStandsBesideMine() throws Exception {
    String seen = person();
    accounts.changeRole(name, Role.OPERATOR, Revision.ANY);
    HttpResponse<String> refused =
        post(PEOPLE + name + "/role", "role", "deployer", "revision", seen);
    assertThat(refused.statusCode()).isEqualTo(412);
    assertThat(refused.body())
        .contains(
            "id=\"merge\"",
            "Somebody else changed %s meanwhile".formatted(name),
            "Take theirs, drop mine",
            "theirs:</span> <b>operator</b>",
            "<option value=\"deployer\" selected=\"selected\">");
    assertThat(role()).isEqualTo(Role.OPERATOR);
    String now = String.valueOf(accounts.find(name).orElseThrow().revision());
    assertThat(refused.body()).contains("name=\"revision\" value=\"%s\"".formatted(now));
    assertThat(post(PEOPLE + name + "/role", "role", "deployer", "revision", now).statusCode())
        .isEqualTo(303);
    assertThat(role()).isEqualTo(Role.DEPLOYER);
  }

  @Test
  void whoWasChangedBeforeTheyWereDeletedIsAskedAboutAgain() throws Exception {
    String seen = person();
    accounts.changeRole(name, Role.OPERATOR, Revision.ANY);
    HttpResponse<String> refused = post(PEOPLE + name + "/delete", "revision", seen);
    assertThat(refused.statusCode()).isEqualTo(412);
    assertThat(refused.body())
        .contains("their role is operator now", "Delete %s all the same".formatted(name));
    assertThat(accounts.find(name)).isPresent();
  }

  @Test
  void whoIsGoneAlreadyIsNamed() throws Exception {
    String seen = person();
    accounts.delete(name, Revision.ANY);
    for (HttpResponse<String> refused :
        List.of(
            post(PEOPLE + name + "/role", "role", "deployer", "revision", seen),
            post(PEOPLE + name + "/delete", "revision", seen),
            post(PEOPLE + name + "/password"))) {
      assertThat(refused.statusCode()).isEqualTo(404);
      assertThat(refused.body()).contains("there is no user", name, "look at the list again");
    }
  }

  @Test
  void limitsThatSomebodySetFirstStandBesideMine() throws Exception {
    String seen =
        String.valueOf(quotas.put(name, new Limits(60L, null, 500L, 4L), Revision.ANY).revision());
    quotas.put(name, new Limits(70L, 900L, 500L, null), Revision.ANY);
    HttpResponse<String> refused =
        post(
            QUOTAS,
            "tenant",
            name,
            "revision",
            seen,
            "requestsPerMinute",
            "80",
            "tokensPerMinute",
            "",
            "tokensPerDay",
            "500",
            "concurrentRequests",
            "4");
    assertThat(refused.statusCode()).isEqualTo(412);
    assertThat(refused.body())
        .contains(
            "id=\"merge\"",
            "name=\"requestsPerMinute\" value=\"80\"",
            "<b>70</b>",
            "<b>900</b>",
            "<b>no limit</b>",
            "Save what the fields show")
        .doesNotContain("<b>500</b>");
    assertThat(quotas.find(name).orElseThrow().limits().requestsPerMinute()).isEqualTo(70);
  }

  @Test
  void aNewTenantThatHasLimitsAlreadyKeepsThem() throws Exception {
    quotas.put(name, new Limits(60L, null, null, null), Revision.ANY);
    HttpResponse<String> refused = post(QUOTAS, "tenant", name, "requestsPerMinute", "9");
    assertThat(refused.statusCode()).isEqualTo(412);
    assertThat(refused.body()).contains("<b>60</b>");
    assertThat(quotas.find(name).orElseThrow().limits().requestsPerMinute()).isEqualTo(60);
  }

  @Test
  void limitsThatAreGoneAreNotSetAgainUnseen() throws Exception {
    String seen =
        String.valueOf(
            quotas.put(name, new Limits(60L, null, null, null), Revision.ANY).revision());
    quotas.delete(name, Revision.ANY);
    HttpResponse<String> refused =
        post(QUOTAS, "tenant", name, "revision", seen, "requestsPerMinute", "9");
    assertThat(refused.statusCode()).isEqualTo(404);
    assertThat(refused.body()).contains("there is no quota", "name=\"revision\" value=\"\"");
    assertThat(quotas.find(name)).isEmpty();
    assertThat(post(QUOTAS + "/" + name + "/delete", "revision", seen).statusCode()).isEqualTo(404);
  }

  @Test
  void aDescriptionThatSomebodyWroteFirstStandsBesideMine() throws Exception {
    models.create(name, "first");
    String seen = String.valueOf(models.require(name).revision());
    models.describe(name, "theirs", Revision.ANY);
    HttpResponse<String> refused =
        post(MODELS + name + "/description", "description", "mine", "revision", seen);
    assertThat(refused.statusCode()).isEqualTo(412);
    assertThat(refused.body())
        .contains("value=\"mine\"", "<b>theirs</b>", "Save what the fields show");
    assertThat(models.require(name).description()).isEqualTo("theirs");
  }

  @Test
  void whatWasChangedBeforeItWasDeletedIsAskedAboutAgain() throws Exception {
    models.create(name, "first");
    String seen = String.valueOf(models.require(name).revision());
    models.describe(name, "theirs", Revision.ANY);
    HttpResponse<String> refused = post(MODELS + name + "/delete", "revision", seen);
    assertThat(refused.statusCode()).isEqualTo(412);
    assertThat(refused.body())
        .contains(
            "changed meanwhile",
            "Delete the model %s?".formatted(name),
            "name=\"revision\" value=\"%d\"".formatted(models.require(name).revision()));
    assertThat(models.find(name)).isPresent();
  }
}
