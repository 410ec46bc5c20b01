package dev.javelin.catalog.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.catalog.audit.AuditTrail.Verification;
import dev.javelin.fake.TestPostgres;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

class AuditTrailTests {
  private static final int ROWS = 10_000;

  /** Rows at the ends of the chain, and around the pages in which it is read. */
  private static final long[] PLACES = {1, 2, 1000, 1001, 6789, ROWS - 1, ROWS};

  private static final List<String> TEXTS =
      List.of(
          "actor",
          "action",
          "target",
          "before_state",
          "after_state",
          "request_id",
          "previous",
          "digest");

  /** A trail on a database of its own. */
  private static final class Fixture {
    final JdbcClient sql;
    final AuditTrail trail;
    private final TransactionTemplate transaction;

    Fixture(DataSource database) {
      Flyway.configure().dataSource(database).load().migrate();
      sql = JdbcClient.create(database);
      trail = new AuditTrail(sql, new JdbcTemplate(database));
      transaction = new TransactionTemplate(new DataSourceTransactionManager(database));
    }

    void append(List<AuditEntry> entries) {
      transaction.executeWithoutResult(_ -> trail.append(entries));
    }

    void change(String statement, Object... values) {
      assertThat(sql.sql(statement).params(values).update()).isPositive();
    }
  }

  private static Fixture h2(String name) {
    JdbcDataSource database = new JdbcDataSource();
    database.setURL("jdbc:h2:mem:" + name + ";DB_CLOSE_DELAY=-1");
    return new Fixture(database);
  }

  @Test
  void tenThousandRowsAreIntactAndAnyChangedByteIsFound() {
    Fixture fixture = h2("audit-bytes");
    fixture.append(entries(0, ROWS));
    assertThat(fixture.trail.verify().intact()).isTrue();
    assertThat(fixture.trail.verify().rows()).isEqualTo(ROWS);
    Random random = new Random(17);
    for (String column : TEXTS) {
      for (long position : PLACES) {
        String stored = text(fixture, column, position);
        int length = stored.getBytes(StandardCharsets.UTF_8).length;
        set(fixture, column, position, changed(stored, random.nextInt(length)));
        assertBroken(fixture, position);
        set(fixture, column, position, stored);
      }
    }
    for (String unit : List.of("microsecond", "second", "day")) {
      String move = "update audit_entry set at = dateadd(%s, %d, at) where position = 77";
      fixture.change(move.formatted(unit, 1));
      assertBroken(fixture, 77);
      fixture.change(move.formatted(unit, -1));
    }
    assertThat(fixture.trail.verify().intact()).isTrue();
    fixture.change("update audit_entry set before_state = null where position = 78");
    assertBroken(fixture, 78);
  }

  @Test
  void ofTenThousandRowsNoneCanBeMissingOrElsewhere() {
    Fixture fixture = h2("audit-rows");
    fixture.append(entries(0, ROWS));
    for (long position : PLACES) {
      fixture
          .sql
          .sql("create table kept as select * from audit_entry where position = " + position)
          .update();
      fixture.change("delete from audit_entry where position = ?", position);
      assertBroken(fixture, position);
      fixture.change("insert into audit_entry select * from kept");
      fixture.sql.sql("drop table kept").update();
    }
    for (long position : new long[] {1, 999, 1000, 5000}) {
      for (long other : new long[] {position + 1, ROWS}) {
        swap(fixture, position, other);
        assertBroken(fixture, position);
        swap(fixture, position, other);
      }
    }
    assertThat(fixture.trail.verify().intact()).isTrue();
    fixture.change("delete from audit_entry where position between 3001 and 4000");
    assertBroken(fixture, 3001);
    fixture.change("update audit_entry set position = position - 1000 where position > 4000");
    assertBroken(fixture, 3001);
  }

  private static void swap(Fixture fixture, long position, long other) {
    for (long[] move : new long[][] {{position, 0}, {other, position}, {0, other}}) {
      fixture.change("update audit_entry set position = ? where position = ?", move[1], move[0]);
    }
  }

  /** One byte of a text is another, and it is still UTF-8. */
  private static String changed(String text, int at) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    bytes[at] ^= 1;
    return new String(bytes, StandardCharsets.UTF_8);
  }

  @Test
  void everyByteOfARowCounts() {
    Fixture fixture = h2("audit-row");
    fixture.append(entries(0, 3));
    for (String column : TEXTS) {
      String stored = text(fixture, column, 2);
      for (int at = 0; at < stored.getBytes(StandardCharsets.UTF_8).length; at++) {
        set(fixture, column, 2, changed(stored, at));
        assertBroken(fixture, 2);
      }
      set(fixture, column, 2, stored);
    }
    assertThat(fixture.trail.verify().intact()).isTrue();
  }

  @Test
  void missingMovedAndForgedRowsAreFound() {
    Fixture fixture = h2("audit-order");
    fixture.append(entries(0, 20));
    fixture.change("update audit_entry set position = 1000 where position = 5");
    fixture.change("update audit_entry set position = 5 where position = 6");
    fixture.change("update audit_entry set position = 6 where position = 1000");
    assertBroken(fixture, 5);

    Fixture shorter = h2("audit-missing");
    shorter.append(entries(0, 20));
    shorter.change("delete from audit_entry where position = 20");
    assertBroken(shorter, 20);
    shorter.change("delete from audit_entry where position = 1");
    assertBroken(shorter, 1);

    Fixture longer = h2("audit-forged");
    longer.append(entries(0, 3));
    AuditRow last = longer.trail.before(Long.MAX_VALUE, 1).getFirst();
    AuditRow forged = AuditRow.after(4, last.digest(), entry(4));
    longer.change(
        "insert into audit_entry select 4, at, ?, action, target, before_state, after_state,"
            + " request_id, ?, ? from audit_entry where position = 3",
        forged.entry().actor(),
        forged.previous(),
        forged.digest());
    assertThat(longer.trail.verify().intact()).isFalse();

    Fixture cut = h2("audit-head");
    cut.append(entries(0, 3));
    cut.change("update audit_head set digest = ? where id = 1", "0".repeat(64));
    assertThat(cut.trail.verify().reason()).contains("elsewhere");
  }

  @Test
  void writersAtTheSameTimeMakeOneChainOnPostgres() throws Exception {
    try (EmbeddedPostgres postgres = TestPostgres.start();
        ExecutorService writers = Executors.newFixedThreadPool(8)) {
      Fixture fixture = new Fixture(postgres.getPostgresDatabase());
      List<Callable<Void>> tasks = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        List<AuditEntry> entries = entries(i * 5, 5);
        tasks.add(
            () -> {
              fixture.append(entries);
              return null;
            });
      }
      for (Future<Void> done : writers.invokeAll(tasks)) {
        done.get();
      }
      Verification found = fixture.trail.verify();
      assertThat(found).isEqualTo(new Verification(200, null, null, found.head()));
      fixture.change("update audit_entry set after_state = '{}' where position = 100");
      assertBroken(fixture, 100);
    }
  }

  @Test
  void pagesAreNewestFirstAndHoldWhatWasWritten() {
    Fixture fixture = h2("audit-pages");
    fixture.append(entries(0, 5));
    List<AuditRow> page = fixture.trail.before(Long.MAX_VALUE, 2);
    assertThat(page).extracting(AuditRow::position).containsExactly(5L, 4L);
    assertThat(page.getFirst().entry()).isEqualTo(entry(4));
    assertThat(fixture.trail.before(4, 10)).hasSize(3);
  }

  private static void assertBroken(Fixture fixture, long position) {
    Verification found = fixture.trail.verify();
    assertThat(found.brokenAt()).isEqualTo(position);
    assertThat(found.reason()).isNotBlank();
  }

  private static String text(Fixture fixture, String column, long position) {
    return fixture
        .sql
        .sql("select " + column + " from audit_entry where position = ?")
        .param(position)
        .query(String.class)
        .single();
  }

  private static void set(Fixture fixture, String column, long position, String value) {
    fixture.change("update audit_entry set " + column + " = ? where position = ?", value, position);
  }

  private static List<AuditEntry> entries(int from, int count) {
    List<AuditEntry> entries = new ArrayList<>();
    for (int i = from; i < from + count; i++) {
      entries.add(entry(i));
    }
    return entries;
  }

  private static AuditEntry entry(int number) {
    return AuditEntry.of(
        Instant.parse("2026-01-02T03:04:05.678901234Z").plusSeconds(number),
        "user:ada",
        "PUT /api/v1/aliases/{alias}",
        "/api/v1/aliases/chat-" + number,
        "{\"version\":%d}".formatted(number),
        "{\"version\":%d,\"name\":\"Zoë 🎯\"}".formatted(number + 1),
        "req-" + number);
  }
}
