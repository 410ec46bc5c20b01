package dev.javelin.console;

import dev.javelin.catalog.audit.AuditEntry;
import dev.javelin.catalog.audit.AuditRow;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
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
    return of(row, status(json(row.entry().after(), mapper)), List.of());
  }

  static AuditView whole(AuditRow row, JsonMapper mapper) {
    AuditEntry entry = row.entry();
    JsonNode before = json(entry.before(), mapper);
    JsonNode after = json(entry.after(), mapper);
    // A change notes the state beside the answer's status; anything else is the state itself.
    JsonNode state = after != null && after.has("status") ? after.get("state") : after;
    return of(row, status(after), JsonDifference.between(before, state));
  }

  private static @Nullable JsonNode json(@Nullable String text, JsonMapper mapper) {
    return text == null ? null : mapper.readTree(text);
  }

  private static int status(@Nullable JsonNode after) {
    return after == null ? 0 : after.path("status").asInt(0);
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
