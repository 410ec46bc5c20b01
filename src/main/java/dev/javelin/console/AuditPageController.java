package dev.javelin.console;

import dev.javelin.catalog.audit.AuditQuery;
import dev.javelin.catalog.audit.AuditRow;
import dev.javelin.catalog.audit.AuditTrail;
import dev.javelin.security.Access;
import dev.javelin.security.Caller;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;
import tools.jackson.databind.json.JsonMapper;

/** {@code /console/audit}: who did what, newest first, and whether the rows are as written. */
@Controller
final class AuditPageController {
  private static final int PAGE = 50;
  private static final int EXPORTED_AT_ONCE = 500;

  /**
   * What of the audit is shown.
   *
   * @param calls rows of inference too
   * @param cursor rows before this position; null: the newest
   * @param open the row whose difference is shown
   * @param verify whether the whole chain is checked
   */
  record Query(
      @Nullable String actor,
      @Nullable String action,
      @Nullable String target,
      @Nullable Boolean calls,
      @Nullable Long cursor,
      @Nullable Long open,
      @Nullable Boolean verify) {
    AuditQuery filter() {
      return new AuditQuery(text(actor), text(action), text(target), calls != null && calls);
    }

    long before() {
      return cursor == null ? Long.MAX_VALUE : cursor;
    }

    /** Public, as templates need. */
    public boolean filtered() {
      return !text(actor).isEmpty() || !text(action).isEmpty() || !text(target).isEmpty();
    }

    private static String text(@Nullable String given) {
      return given == null ? "" : given.strip();
    }
  }

  private final AuditTrail trail;
  private final JsonMapper mapper;
  private final Scheduler blocking;

  AuditPageController(AuditTrail trail, JsonMapper mapper, Scheduler blocking) {
    this.trail = trail;
    this.mapper = mapper;
    this.blocking = blocking;
  }

  @GetMapping("/console/audit")
  String audit(@ModelAttribute("query") Query query, Model view, ServerWebExchange exchange) {
    Denied denied = Denied.of(Caller.of(exchange), Access.ADMIN);
    view.addAttribute("page", "audit");
    view.addAttribute("denied", denied);
    if (denied == null) {
      List<AuditRow> found = trail.before(query.before(), PAGE + 1, query.filter());
      boolean more = found.size() > PAGE;
      List<AuditRow> rows = more ? found.subList(0, PAGE) : found;
      view.addAttribute("rows", rows.stream().map(row -> view(row, query)).toList());
      view.addAttribute("next", more ? rows.getLast().position() : null);
      if (query.verify() != null && query.verify()) {
        view.addAttribute("verified", trail.verify());
      }
    }
    return "console/audit";
  }

  private AuditView view(AuditRow row, Query query) {
    Long open = query.open();
    return open != null && open == row.position()
        ? AuditView.whole(row, mapper)
        : AuditView.brief(row, mapper);
  }

  /** Every row that passes the filter, newest first, a line of JSON each. */
  @GetMapping("/console/audit/export")
  ResponseEntity<Flux<String>> export(@ModelAttribute Query query) {
    Flux<String> lines =
        Flux.<List<AuditRow>, Long>generate(
                () -> Long.MAX_VALUE,
                (before, sink) -> {
                  List<AuditRow> rows = trail.before(before, EXPORTED_AT_ONCE, query.filter());
                  if (rows.isEmpty()) {
                    sink.complete();
                    return before;
                  }
                  sink.next(rows);
                  return rows.getLast().position();
                })
            .flatMapIterable(rows -> rows)
            .map(row -> mapper.writeValueAsString(row) + "\n")
            .subscribeOn(blocking);
    return ResponseEntity.ok()
        .header(
            HttpHeaders.CONTENT_DISPOSITION,
            ContentDisposition.attachment().filename("javelin-audit.jsonl").build().toString())
        .contentType(MediaType.parseMediaType("text/plain;charset=UTF-8"))
        .body(lines);
  }
}
