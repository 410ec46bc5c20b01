package dev.javelin.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.catalog.Models;
import dev.javelin.catalog.history.ServingPoint;
import dev.javelin.catalog.history.ServingPoints;
import dev.javelin.fake.CuttableProxy;
import dev.javelin.fake.TestPostgres;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.persistence.autoconfigure.EntityScan;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.data.jpa.repository.config.EnableJpaRepositories;
import tools.jackson.databind.json.JsonMapper;

/** Thirty days of figures in the database: back after a restart, apart by server, never lost. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class StoredHistoryTests {
  private static final Duration STRETCH = Duration.ofMinutes(5);
  private static final UUID HERE = new UUID(1, 1);
  private static final UUID ELSEWHERE = new UUID(1, 2);

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

  /** One life of a server. */
  private final class Life {
    final ServingHistory history = new ServingHistory(null, clock);
    final StoredHistory stored;

    Life(UUID node) {
      stored = new StoredHistory(history, points, node, clock, new JsonMapper());
    }

    /** What a second of figures looks like. */
    void record(float value) {
      float[] moment = new float[Series.count()];
      Arrays.fill(moment, Float.NaN);
      moment[Series.RUNNING.ordinal()] = value;
      moment[Series.TTFT_P99.ordinal()] = value / 3;
      history.add(now.toEpochMilli(), moment);
    }

    float[] week(Series series) {
      return values(series, Span.WEEK);
    }

    float[] values(Series series, Span span) {
      return Objects.requireNonNull(history.read(List.of(series), span).get(series)).values();
    }
  }

  @TempDir Path folder;
  private Instant now = Instant.parse("2026-03-01T12:00:01Z");
  private final Clock clock =
      new Clock() {
        @Override
        public Instant instant() {
          return now;
        }

        @Override
        public ZoneId getZone() {
          return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
          return this;
        }
      };
  private ServingPoints points;

  private ConfigurableApplicationContext start(String url) {
    return new SpringApplicationBuilder(Database.class)
        .web(WebApplicationType.NONE)
        .run(
            "--javelin.database-url=" + url,
            "--spring.datasource.hikari.connection-timeout=300",
            "--javelin.data-dir=" + folder);
  }

  @Test
  void figuresComeBackOnH2() {
    try (var context = start("jdbc:h2:file:" + folder.resolve("db"))) {
      points = context.getBean(ServingPoints.class);
      figuresComeBackAndServersStayApart();
      whatIsOlderThanThirtyDaysGoes();
    }
  }

  @Test
  void figuresComeBackOnPostgresAndOutliveItsAbsence() throws Exception {
    try (EmbeddedPostgres postgres = TestPostgres.start();
        CuttableProxy way = new CuttableProxy(postgres.getPort());
        var context =
            start(
                postgres
                    .getJdbcUrl("postgres", "postgres")
                    .replace(":" + postgres.getPort() + "/", ":" + way.port() + "/"))) {
      points = context.getBean(ServingPoints.class);
      figuresComeBackAndServersStayApart();
      whatIsOlderThanThirtyDaysGoes();
      nothingIsLostWhileTheDatabaseIsAway(way);
    }
  }

  private void figuresComeBackAndServersStayApart() {
    Life here = new Life(HERE);
    Life elsewhere = new Life(ELSEWHERE);
    here.record(1);
    here.record(3);
    elsewhere.record(100);
    here.stored.keep(false);
    assertThat(points.since(HERE, Instant.EPOCH)).as("goes on still").isEmpty();

    now = now.plus(STRETCH);
    here.record(7);
    elsewhere.record(200);
    here.stored.keep(false);
    elsewhere.stored.keep(false);
    List<ServingPoint> written = points.since(HERE, Instant.EPOCH);
    assertThat(written)
        .containsExactly(
            new ServingPoint(
                HERE, Instant.parse("2026-03-01T12:00:00Z"), "{\"running\":2.0,\"ttft_p99\":1.0}"));
    assertThat(points.since(ELSEWHERE, Instant.EPOCH)).hasSize(1);

    // the end of a life keeps what it began; twenty minutes nobody was there
    here.stored.keep(true);
    now = now.plus(Duration.ofMinutes(25));
    Life again = new Life(HERE);
    again.stored.keep(false);
    float[] week = again.week(Series.RUNNING);
    // points of fifteen minutes: 12:00 has the means of 12:00 and 12:05
    assertThat(Arrays.copyOfRange(week, week.length - 3, week.length))
        .containsExactly(4.5f, Float.NaN, Float.NaN);
    float[] tails = again.week(Series.TTFT_P99);
    assertThat(tails[tails.length - 3]).isEqualTo(7 / 3f);
    assertThat(again.week(Series.OUTPUT_TOKENS)).containsOnly(Float.NaN);
    assertThat(again.stored.state()).isEqualTo(new StoredHistory.State(null, 0));
  }

  private void whatIsOlderThanThirtyDaysGoes() {
    now = now.plus(Duration.ofDays(31));
    Life later = new Life(HERE);
    later.record(5);
    later.stored.keep(false);
    assertThat(later.week(Series.RUNNING)).endsWith(5).doesNotContain(4.5f);
    now = now.plus(STRETCH);
    later.record(6);
    later.stored.keep(false);
    assertThat(points.since(HERE, Instant.EPOCH)).hasSize(1);
    assertThat(points.since(ELSEWHERE, Instant.EPOCH)).as("of a server that is gone").isEmpty();
  }

  private void nothingIsLostWhileTheDatabaseIsAway(CuttableProxy way) {
    Life here = new Life(HERE);
    here.stored.keep(false);
    Instant began = now;
    int before = points.since(HERE, Instant.EPOCH).size();
    way.cut();
    here.record(1);
    for (int waiting = 1; waiting <= 3; waiting++) {
      now = now.plus(STRETCH);
      here.record(1 + waiting);
      here.stored.keep(false);
      assertThat(here.stored.state())
          .isEqualTo(new StoredHistory.State(began.plus(STRETCH), waiting));
    }
    way.restore();
    keepUntilItWorks(here);
    assertThat(here.stored.state()).isEqualTo(new StoredHistory.State(null, 0));
    assertThat(points.since(HERE, Instant.EPOCH)).hasSize(before + 3);

    // one that starts without its database reads its past when that is back
    way.cut();
    Life again = new Life(HERE);
    again.stored.keep(false);
    assertThat(again.stored.state().failingSince()).isEqualTo(now);
    again.record(9);
    way.restore();
    keepUntilItWorks(again);
    float[] month = again.values(Series.RUNNING, Span.MONTH);
    assertThat(month[month.length - 1]).isNotEqualTo(9).isNotNaN();
  }

  /** The pool may hold connections that broke. */
  private static void keepUntilItWorks(Life life) {
    do {
      life.stored.keep(false);
    } while (life.stored.state().failingSince() != null);
  }
}
