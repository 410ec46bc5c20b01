package dev.javelin.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.javelin.engine.LoadOptions;
import dev.javelin.engine.LoadedModel;
import dev.javelin.fake.FakeModelOpener;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.persistence.autoconfigure.EntityScan;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;
import org.springframework.data.jpa.repository.config.EnableJpaRepositories;

class CatalogTests {
  @EnableAutoConfiguration
  @EntityScan(basePackageClasses = Catalog.class)
  @EnableJpaRepositories(basePackageClasses = Catalog.class)
  @Import(Catalog.class)
  static class Database {}

  @TempDir Path folder;

  @Test
  void remembersOnH2AcrossRestarts() throws Exception {
    remembers("jdbc:h2:file:" + folder.resolve("db"));
  }

  @Test
  void remembersOnPostgresAcrossRestarts() throws Exception {
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start()) {
      remembers(postgres.getJdbcUrl("postgres", "postgres"));
    }
  }

  @Test
  void idsSortByTime() {
    UUID early = TimeSortedId.at(1_700_000_000_000L);
    UUID late = TimeSortedId.at(1_700_000_000_001L);
    assertThat(early.toString()).isLessThan(late.toString());
    assertThat(early.version()).isEqualTo(7);
    assertThat(early.variant()).isEqualTo(2);
  }

  private void remembers(String url) throws IOException {
    DecodingDefaults defaults = new DecodingDefaults(0.5f, 40, 0.9f, null, 1.5f, null, 2f, 99);
    Path file = Files.writeString(folder.resolve("tiny.gguf"), "weights");
    try (ConfigurableApplicationContext context = start(url);
        LoadedModel model = new FakeModelOpener().open(file, LoadOptions.DEFAULT, _ -> {})) {
      Catalog catalog = context.getBean(Catalog.class);
      catalog.register("tiny", model);
      catalog.register("tiny", model);
      Files.writeString(file, "other weights");
      catalog.register("tiny", model);
      catalog.storeDefaults(
          "tiny", new DecodingDefaults(1f, null, null, null, null, null, null, null));
      catalog.storeDefaults("tiny", defaults);
      catalog.storeSetting("theme", "dark");
      catalog.storeSetting("theme", "light");
      assertThatThrownBy(() -> catalog.storeDefaults("nope", defaults))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("nope");
    }
    try (ConfigurableApplicationContext context = start(url)) {
      Catalog catalog = context.getBean(Catalog.class);
      assertThat(catalog.defaults("tiny")).isEqualTo(defaults);
      assertThat(catalog.setting("theme")).contains("light");
      ModelEntity model = context.getBean(ModelRepository.class).findByName("tiny").orElseThrow();
      var versions = context.getBean(ModelVersionRepository.class).findByModelOrderByNumber(model);
      assertThat(versions).extracting(ModelVersionEntity::number).containsExactly(1, 2);
      assertThat(versions.getLast().sizeBytes()).isEqualTo("other weights".length());
      assertThat(versions.getLast().sha256())
          .isEqualTo(ModelFiles.read(file).sha256())
          .isNotEqualTo(versions.getFirst().sha256());
      assertThat(versions.getLast().architecture()).isEqualTo("llama");
    }
  }

  private ConfigurableApplicationContext start(String url) {
    return new SpringApplicationBuilder(Database.class)
        .web(WebApplicationType.NONE)
        .run("--javelin.database-url=" + url, "--javelin.data-dir=" + folder);
  }
}
