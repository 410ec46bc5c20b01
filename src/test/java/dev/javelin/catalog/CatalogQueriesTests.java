package dev.javelin.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.persistence.EntityManagerFactory;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import org.hibernate.SessionFactory;
import org.hibernate.stat.Statistics;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** What every page reads again and again takes as many queries for many as for one. */
class CatalogQueriesTests {
  private static final int MODELS = 4;

  @Test
  void listsTakeOneQueryHoweverLong() {
    try (ConfigurableApplicationContext context =
        new SpringApplicationBuilder(CatalogTests.Database.class)
            .web(WebApplicationType.NONE)
            .run("--spring.datasource.url=jdbc:h2:mem:queries", "--spring.main.banner-mode=off")) {
      Models models = context.getBean(Models.class);
      LoadProfiles loads = context.getBean(LoadProfiles.class);
      DecodingProfiles decodings = context.getBean(DecodingProfiles.class);
      Aliases aliases = context.getBean(Aliases.class);
      for (int i = 0; i < MODELS; i++) {
        fill("model-" + i, models, loads, decodings, aliases);
      }
      Statistics statistics =
          context.getBean(EntityManagerFactory.class).unwrap(SessionFactory.class).getStatistics();
      statistics.setStatisticsEnabled(true);
      assertThat(one(statistics, aliases::list)).hasSize(MODELS);
      assertThat(one(statistics, () -> aliases.require("model-2")).loadProfile().name())
          .isEqualTo("large");
      assertThat(one(statistics, () -> models.versions()))
          .extracting(ModelVersion::label)
          .startsWith("model-0:1", "model-0:2", "model-1:1")
          .hasSize(2 * MODELS);
      assertThat(one(statistics, () -> models.versions("model-3")))
          .allSatisfy(
              version ->
                  assertThat(version.files())
                      .extracting(VersionFile::name)
                      .containsExactly("b.gguf", "a.gguf"))
          .extracting(ModelVersion::number)
          .containsExactly(1, 2);
      assertThat(one(statistics, () -> models.version("model-1", 2)).files()).hasSize(2);
      assertThat(one(statistics, () -> loads.list("model-1"))).hasSize(2);
      assertThat(one(statistics, () -> decodings.require("model-1", "calm")).model())
          .isEqualTo("model-1");
    }
  }

  private static void fill(
      String name, Models models, LoadProfiles loads, DecodingProfiles decodings, Aliases aliases) {
    models.create(name, "");
    Instant touched = Instant.parse("2026-01-02T03:04:05Z");
    NewVersion given =
        new NewVersion(
            "path:/m",
            "/m",
            "gguf",
            "llama",
            2048,
            "a".repeat(64),
            null,
            null,
            List.of(
                new VersionFile("b.gguf", 7, touched, null),
                new VersionFile("a.gguf", 8, touched, null)));
    models.addVersion(name, given);
    models.addVersion(name, given);
    loads.put(name, "small", "{}", Revision.ANY);
    loads.put(name, "large", "{}", Revision.ANY);
    decodings.put(name, "calm", "{}", Revision.ANY);
    aliases.put(
        name,
        new AliasTarget(name, 2, "large", "calm"),
        new AliasPolicy(AliasPolicy.Loading.MANUAL, false, null),
        Revision.ANY,
        "ada",
        "");
  }

  /** What a call answers that sends the database one statement. */
  private static <T> T one(Statistics statistics, Supplier<T> call) {
    statistics.clear();
    T answer = call.get();
    assertThat(statistics.getPrepareStatementCount()).isEqualTo(1);
    return answer;
  }
}
