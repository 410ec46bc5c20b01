package dev.javelin.api.admin;

import dev.javelin.catalog.audit.AuditEntry;
import dev.javelin.catalog.audit.AuditRow;
import dev.javelin.catalog.audit.AuditTrail;
import dev.javelin.catalog.audit.AuditTrail.Verification;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code /api/v1/audit}: who did what, newest first, and whether the rows are still as written. */
@RestController
@RequestMapping("/api/v1/audit")
final class AuditController {
  record RowView(
      long position,
      Instant at,
      String actor,
      String action,
      String target,
      @Nullable JsonNode before,
      @Nullable JsonNode after,
      String requestId,
      String digest) {}

  /**
   * @param next the cursor of the next page; null on the last one
   */
  record Rows(List<RowView> items, @Nullable String next) {}

  private final AuditTrail trail;
  private final JsonMapper mapper;

  AuditController(AuditTrail trail, JsonMapper mapper) {
    this.trail = trail;
    this.mapper = mapper;
  }

  @GetMapping
  Rows list(
      @RequestParam(defaultValue = "100") @Min(1) @Max(500) int limit,
      @RequestParam(defaultValue = "" + Long.MAX_VALUE) @Min(1) long cursor) {
    List<AuditRow> rows = trail.before(cursor, limit + 1);
    boolean more = rows.size() > limit;
    List<AuditRow> page = more ? rows.subList(0, limit) : rows;
    return new Rows(
        page.stream().map(this::view).toList(),
        more ? Long.toString(page.getLast().position()) : null);
  }

  /** Reads every row. */
  @GetMapping("/verify")
  Verification verify() {
    return trail.verify();
  }

  private RowView view(AuditRow row) {
    AuditEntry entry = row.entry();
    return new RowView(
        row.position(),
        entry.at(),
        entry.actor(),
        entry.action(),
        entry.target(),
        json(entry.before()),
        json(entry.after()),
        entry.requestId(),
        row.digest());
  }

  private @Nullable JsonNode json(@Nullable String text) {
    return text == null ? null : mapper.readTree(text);
  }
}
