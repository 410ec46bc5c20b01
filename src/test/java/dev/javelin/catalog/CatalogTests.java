package dev.javelin.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.javelin.catalog.AliasPolicy.Loading;
import dev.javelin.catalog.CatalogException.Reason;
import dev.javelin.catalog.account.Account;
import dev.javelin.catalog.account.Accounts;
import dev.javelin.catalog.account.Role;
import dev.javelin.fake.TestPostgres;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.persistence.autoconfigure.EntityScan;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.data.jpa.repository.config.EnableJpaRepositories;

class CatalogTests {
  private static final Instant TOUCHED = Instant.parse("2026-01-02T03:04:05.678901Z");

  @EnableAutoConfiguration
  @EntityScan(basePackageClasses = Models.class)
  @EnableJpaRepositories(basePackageClasses = Models.class)
  @ComponentScan(basePackageClasses = Models.class)
  static class Database {
    @Bean
    Clock clock() {
      return Clock.systemUTC();
    }
  }

  @TempDir Path folder;

  @Test
  void remembersOnH2AcrossRestarts() {
    remembers("jdbc:h2:file:" + folder.resolve("db"));
  }

  @Test
  void remembersOnPostgresAcrossRestarts() throws Exception {
    try (EmbeddedPostgres postgres = TestPostgres.start()) {
      remembers(postgres.getJdbcUrl("postgres", "postgres"));
    }
  }

  private void remembers(String url) {
    ModelVersion version;
    Alias alias;
    UUID node = TimeSortedId.next();
    OperationRecord running = operation(node);
    try (ConfigurableApplicationContext context = start(url)) {
      version = versionsAreImmutableAndNumbered(context.getBean(Models.class));
      profilesKeepTheirRevision(context);
      alias = aliasesMoveAtomicallyWithHistory(context.getBean(Aliases.class));
      callsWithAKeyAreAnsweredOnce(context.getBean(IdempotentCalls.class));
      oneAdministratorAlwaysStays(context.getBean(Accounts.class));
      context.getBean(Settings.class).put("theme", "dark");
      context.getBean(Settings.class).put("theme", "light");
      context.getBean(Nodes.class).begin(node, "one", Duration.ofDays(1));
      context.getBean(OperationRecords.class).save(running);
      context.getBean(InstanceRecords.class).save(instance(node, version));
    }
    try (ConfigurableApplicationContext context = start(url)) {
      assertThat(context.getBean(Models.class).version("tiny", 1)).isEqualTo(version);
      assertThat(context.getBean(Aliases.class).require("chat")).isEqualTo(alias);
      assertThat(context.getBean(Settings.class).find("theme")).contains("light");
      aNodeWritesOffWhatItsFormerLifeLeft(context, node, running);
    }
  }

  private static ModelVersion versionsAreImmutableAndNumbered(Models models) {
    models.create("tiny", "a test");
    refusedAs(Reason.ALREADY_EXISTS, () -> models.create("tiny", ""));
    NewVersion given =
        new NewVersion(
            "path:/m/tiny.gguf",
            "/m/tiny.gguf",
            "gguf",
            "llama",
            2048,
            "a".repeat(64),
            null,
            "MIT",
            List.of(new VersionFile("tiny.gguf", 7, TOUCHED, null)));
    ModelVersion first = models.addVersion("tiny", given);
    ModelVersion second = models.addVersion("tiny", given);
    assertThat(first.number()).isEqualTo(1);
    assertThat(second.number()).isEqualTo(2);
    String digest = "d".repeat(64);
    ModelVersion digested =
        models.storeDigests(first.id(), digest, file -> file.withSha256("e".repeat(64)));
    models.storeDigests(first.id(), "f".repeat(64), file -> file);
    assertThat(models.version("tiny", 1)).isEqualTo(digested);
    assertThat(digested.sha256()).isEqualTo(digest);
    assertThat(digested.files())
        .containsExactly(new VersionFile("tiny.gguf", 7, TOUCHED, "e".repeat(64)));
    ModelVersion third = models.addVersion("tiny", given);
    models.deleteVersion("tiny", third.number());
    assertThatThrownBy(() -> models.version("tiny", 3)).hasMessageContaining("tiny:3");
    assertThat(models.addVersion("tiny", given).number()).isEqualTo(4);
    models.deleteVersion("tiny", 4);
    assertThat(models.require("tiny").revision()).isZero();
    return digested;
  }

  private static void profilesKeepTheirRevision(ConfigurableApplicationContext context) {
    DecodingProfiles profiles = context.getBean(DecodingProfiles.class);
    DecodingProfile made = profiles.put("tiny", "calm", "{\"a\":1}", new Revision.Absent());
    assertThatThrownBy(() -> profiles.put("tiny", "calm", "{}", new Revision.Absent()))
        .isInstanceOf(StaleRevisionException.class);
    DecodingProfile changed =
        profiles.put("tiny", "calm", "{\"a\":2}", new Revision.Exactly(made.revision()));
    assertThat(changed.revision()).isGreaterThan(made.revision());
    assertThatThrownBy(
            () -> profiles.put("tiny", "calm", "{}", new Revision.Exactly(made.revision())))
        .isInstanceOf(StaleRevisionException.class);
    assertThat(profiles.require("tiny", "calm")).isEqualTo(changed);
    assertThatThrownBy(() -> profiles.put("none", "calm", "{}", Revision.ANY))
        .hasMessageContaining("none");
    LoadProfiles loads = context.getBean(LoadProfiles.class);
    loads.put("tiny", "small", "{}", Revision.ANY);
    loads.put("tiny", "large", "{}", Revision.ANY);
    assertThat(loads.list("tiny")).extracting(LoadProfile::name).containsExactly("large", "small");
    loads.delete("tiny", "large", Revision.ANY);
    assertThat(loads.find("tiny", "large")).isEmpty();
  }

  private static Alias aliasesMoveAtomicallyWithHistory(Aliases aliases) {
    AliasTarget first = new AliasTarget("tiny", 1, "small", "calm");
    AliasPolicy policy = new AliasPolicy(Loading.MANUAL, true, 60L);
    aliases.put("chat", first, AliasPolicy.DEFAULT, new Revision.Absent(), "ann", "start");
    Alias moved =
        aliases.put(
            "chat",
            new AliasTarget("tiny", 2, "small", "calm"),
            policy,
            Revision.ANY,
            "bob",
            "newer");
    assertThat(moved.policy()).isEqualTo(policy);
    assertThatThrownBy(
            () ->
                aliases.put(
                    "chat",
                    new AliasTarget("tiny", 9, "small", "calm"),
                    policy,
                    Revision.ANY,
                    "bob",
                    ""))
        .hasMessageContaining("tiny:9");
    assertThat(aliases.require("chat")).isEqualTo(moved);
    assertThat(aliases.history("chat"))
        .extracting(change -> change.version() + " " + change.actor() + " " + change.reason())
        .containsExactly("2 bob newer", "1 ann start");
    return moved;
  }

  private static void callsWithAKeyAreAnsweredOnce(IdempotentCalls calls) {
    assertThat(calls.claim("key", "body")).isEmpty();
    assertThat(calls.claim("key", "body").orElseThrow().status()).isNull();
    calls.store("key", 202, "{}", "answer");
    assertThat(calls.claim("key", "other").orElseThrow())
        .isEqualTo(new IdempotentCalls.Answer("body", 202, "{}", "answer"));
    calls.forget("key");
    assertThat(calls.claim("key", "other")).isEmpty();
  }

  private static void oneAdministratorAlwaysStays(Accounts accounts) {
    accounts.create("ann", Role.ADMIN, "{bcrypt}x", false);
    refusedAs(Reason.CONFLICT, () -> accounts.delete("ann", Revision.ANY));
    refusedAs(Reason.CONFLICT, () -> accounts.changeRole("ann", Role.VIEWER, Revision.ANY));
    refusedAs(Reason.ALREADY_EXISTS, () -> accounts.create("ann", Role.ADMIN, "", false));
    refusedAs(Reason.INVALID, () -> accounts.create("Not A Name", Role.ADMIN, "", false));
    refusedAs(Reason.NOT_FOUND, () -> accounts.delete("bob", Revision.ANY));
    accounts.create("bob", Role.ADMIN, "{bcrypt}x", false);
    accounts.delete("ann", Revision.ANY);
    assertThat(accounts.list()).extracting(Account::name).containsExactly("bob");
  }

  private static void refusedAs(Reason reason, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            CatalogException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  private static void aNodeWritesOffWhatItsFormerLifeLeft(
      ConfigurableApplicationContext context, UUID node, OperationRecord running) {
    Nodes nodes = context.getBean(Nodes.class);
    OperationRecords operations = context.getBean(OperationRecords.class);
    nodes.renew(TimeSortedId.next(), "two", Duration.ofDays(1));
    assertThat(operations.find(running.id())).contains(running);
    assertThat(context.getBean(InstanceRecords.class).live()).hasSize(1);
    nodes.renew(node, "one", Duration.ofSeconds(-1));
    nodes.renew(TimeSortedId.next(), "three", Duration.ofDays(1));
    OperationRecord written = operations.find(running.id()).orElseThrow();
    assertThat(written.state()).isEqualTo(OperationRecord.State.INTERRUPTED);
    assertThat(written.problem()).contains("urn:javelin:problem:interrupted");
    assertThat(context.getBean(InstanceRecords.class).live()).isEmpty();
  }

  private static OperationRecord operation(UUID node) {
    return new OperationRecord(
        TimeSortedId.next(),
        node,
        "load",
        "tiny:1/small",
        "ann",
        OperationRecord.State.RUNNING,
        "packing",
        0.5,
        null,
        null,
        "line\n",
        TOUCHED,
        TOUCHED,
        null,
        null,
        null);
  }

  private static InstanceRecord instance(UUID node, ModelVersion version) {
    return new InstanceRecord(
        TimeSortedId.next(),
        node,
        version.id(),
        node,
        "tiny",
        1,
        "small",
        "{}",
        null,
        InstanceRecord.State.LOADING,
        null,
        TOUCHED,
        TOUCHED);
  }

  private ConfigurableApplicationContext start(String url) {
    return new SpringApplicationBuilder(Database.class)
        .web(WebApplicationType.NONE)
        .run("--javelin.database-url=" + url, "--javelin.data-dir=" + folder);
  }
}
