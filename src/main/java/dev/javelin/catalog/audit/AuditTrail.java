package dev.javelin.catalog.audit;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Isolation;
import org.springframework.transaction.annotation.Transactional;

/**
 * The rows of the audit: added at the end, never changed. Each holds the digest of the one before,
 * so {@link #verify} notices a row that was changed, taken out or moved. Every call blocks on the
 * database: call it on a virtual thread.
 */
@Service
@Transactional
public class AuditTrail {
  private static final int PAGE = 1000;
  private static final String COLUMNS =
      "position, at, actor, action, target, before_state, after_state, request_id, previous, digest";

  /** Where the chain ends. */
  private record Head(long position, String digest) {}

  /**
   * What was found.
   *
   * @param rows how many were checked
   * @param brokenAt the first position that does not fit; null if all do
   * @param reason what does not fit there; null if all do
   * @param head the last digest: noted elsewhere, it also proves that nobody wrote the whole chain
   *     anew
   */
  public record Verification(
      long rows, @Nullable Long brokenAt, @Nullable String reason, String head) {
    public boolean intact() {
      return brokenAt == null;
    }
  }

  private final JdbcClient database;
  private final JdbcTemplate batches;

  AuditTrail(JdbcClient database, JdbcTemplate batches) {
    this.database = database;
    this.batches = batches;
  }

  /** Adds entries in this order, all or none. Whoever else adds meanwhile waits. */
  public void append(List<AuditEntry> entries) {
    Head head = head(" for update");
    long position = head.position();
    String previous = head.digest();
    List<Object[]> rows = new ArrayList<>(entries.size());
    for (AuditEntry entry : entries) {
      position++;
      AuditRow row = AuditRow.after(position, previous, entry);
      previous = row.digest();
      rows.add(
          new Object[] {
            position,
            OffsetDateTime.ofInstant(entry.at(), ZoneOffset.UTC),
            entry.actor(),
            entry.action(),
            entry.target(),
            entry.before(),
            entry.after(),
            entry.requestId(),
            row.previous(),
            row.digest()
          });
    }
    batches.batchUpdate(
        "insert into audit_entry (" + COLUMNS + ") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows);
    database
        .sql("update audit_head set position = ?, digest = ? where id = 1")
        .params(position, previous)
        .update();
  }

  /** At most {@code limit} rows before a position, newest first. */
  @Transactional(readOnly = true)
  public List<AuditRow> before(long position, int limit) {
    return database
        .sql(
            "select "
                + COLUMNS
                + " from audit_entry where position < ? order by position desc limit ?")
        .params(position, limit)
        .query((row, _) -> row(row))
        .list();
  }

  /** At most {@code limit} rows before a position that pass a filter, newest first. */
  @Transactional(readOnly = true)
  public List<AuditRow> before(long position, int limit, AuditQuery filter) {
    return database
        .sql(
            "select "
                + COLUMNS
                + " from audit_entry where position < :position"
                + " and lower(actor) like :actor escape '!'"
                + " and lower(action) like :action escape '!'"
                + " and lower(target) like :target escape '!'"
                + " and (:calls = true or action <> 'inference')"
                + " order by position desc limit :limit")
        .param("position", position)
        .param("actor", filter.actorPattern())
        .param("action", filter.actionPattern())
        .param("target", filter.targetPattern())
        .param("calls", filter.calls())
        .param("limit", limit)
        .query((row, _) -> row(row))
        .list();
  }

  /** One row, if it is there. */
  @Transactional(readOnly = true)
  public Optional<AuditRow> find(long position) {
    return database
        .sql("select " + COLUMNS + " from audit_entry where position = ?")
        .param(position)
        .query((row, _) -> row(row))
        .optional();
  }

  /** Checks every row against the one before and against itself. */
  @Transactional(readOnly = true, isolation = Isolation.REPEATABLE_READ)
  public Verification verify() {
    Head head = head("");
    long position = 0;
    String previous = "0".repeat(64);
    while (true) {
      List<AuditRow> page =
          database
              .sql(
                  "select "
                      + COLUMNS
                      + " from audit_entry where position > ? order by position limit ?")
              .params(position, PAGE)
              .query((row, _) -> row(row))
              .list();
      for (AuditRow row : page) {
        if (row.position() != position + 1) {
          return broken(position, position + 1, "the row is missing", previous);
        }
        if (!row.previous().equals(previous)) {
          return broken(position, row.position(), "it does not follow the row before", previous);
        }
        if (!row.isWhole()) {
          return broken(position, row.position(), "the row was changed", previous);
        }
        position = row.position();
        previous = row.digest();
      }
      if (page.size() < PAGE) {
        break;
      }
    }
    if (position < head.position()) {
      return broken(position, position + 1, "the last rows are missing", previous);
    }
    if (position > head.position() || !previous.equals(head.digest())) {
      return broken(position, position, "the chain ends elsewhere than was noted", previous);
    }
    return new Verification(position, null, null, previous);
  }

  private static Verification broken(long rows, long at, String reason, String head) {
    return new Verification(rows, at, reason, head);
  }

  private Head head(String lock) {
    return database
        .sql("select position, digest from audit_head where id = 1" + lock)
        .query((row, _) -> new Head(row.getLong("position"), row.getString("digest")))
        .optional()
        .orElse(new Head(0, ""));
  }

  private static AuditRow row(ResultSet row) throws SQLException {
    Instant at = row.getObject("at", OffsetDateTime.class).toInstant();
    return new AuditRow(
        row.getLong("position"),
        new AuditEntry(
            at,
            row.getString("actor"),
            row.getString("action"),
            row.getString("target"),
            row.getString("before_state"),
            row.getString("after_state"),
            row.getString("request_id")),
        row.getString("previous"),
        row.getString("digest"));
  }
}
