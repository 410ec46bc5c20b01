package dev.javelin.console;

import dev.javelin.catalog.audit.AuditEntry;
import dev.javelin.catalog.audit.AuditRow;
import java.time.Instant;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A row of the audit.
 *
 * @param status of the answer, 0 where none was noted
 */
record AuditView(
    long position,
    Instant at,
    String actor,
    String action,
    String target,
    int status,
    String requestId,
    String digest,
    List<JsonDifference.Line> lines) {

  /** Without its difference. */
  static AuditView brief(AuditRow row, JsonMapper mapper) {
    return of(row, status(row, mapper), List.of());
  }

  static AuditView whole(AuditRow row, JsonMapper mapper) {
    AuditEntry entry = row.entry();
    JsonNode before = entry.before() == null ? null : mapper.readTree(entry.before());
    JsonNode after = entry.after() == null ? null : mapper.readTree(entry.after());
    // A change notes the state beside the answer's status; anything else is the state itself.
    JsonNode state = after != null && after.has("status") ? after.get("state") : after;
    return of(row, status(row, mapper), JsonDifference.between(before, state));
  }

  private static int status(AuditRow row, JsonMapper mapper) {
    String after = row.entry().after();
    return after == null ? 0 : mapper.readTree(after).path("status").asInt(0);
  }

  private static AuditView of(AuditRow row, int status, List<JsonDifference.Line> lines) {
    AuditEntry entry = row.entry();
    return new AuditView(
        row.position(),
        entry.at(),
        entry.actor(),
        entry.action(),
        entry.target(),
        status,
        entry.requestId(),
        row.digest(),
        lines);
  }
}
