package dev.javelin.api.admin;

import dev.javelin.api.Audited;
import dev.javelin.service.Problem.Type;
import dev.javelin.service.ProblemException;
import dev.javelin.service.RunningRequests;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;

/** {@code /api/v1/requests}: inference calls that run, and the last ones that ended. */
@RestController
@RequestMapping("/api/v1/requests")
final class RequestsController {
  /** What the audit keeps of a request that was cancelled. */
  private record Cancelled(String id, String model, String version, String state) {
    static Cancelled of(RunningRequests.View request, String state) {
      return new Cancelled(request.id(), request.model(), request.version(), state);
    }
  }

  private final RunningRequests requests;

  RequestsController(RunningRequests requests) {
    this.requests = requests;
  }

  /** The one that began last first; running ones, and some hundreds of those that ended. */
  @GetMapping
  Page<RunningRequests.View> list(
      @RequestParam(required = false) RunningRequests.@Nullable Which state,
      @RequestParam(defaultValue = "50") @Min(1) @Max(Page.MOST) int limit,
      @RequestParam(required = false) @Nullable String cursor) {
    RunningRequests.Cursor after;
    try {
      after = cursor == null ? null : RunningRequests.Cursor.parse(cursor);
    } catch (IllegalArgumentException e) {
      throw new ProblemException(Type.INVALID_REQUEST, String.valueOf(e.getMessage()));
    }
    return Page.of(requests.list(state, after, limit + 1), limit, RunningRequests.View::cursor);
  }

  @GetMapping("/{id}")
  RunningRequests.View one(@PathVariable String id) {
    RunningRequests.View found = requests.find(id);
    if (found == null) {
      throw new ProblemException(
          Type.NOT_FOUND, "no request '%s' runs or ended lately".formatted(id));
    }
    return found;
  }

  /** Cancels it; its client hears that it was cancelled. */
  @DeleteMapping("/{id}")
  @Answers(202)
  ResponseEntity<Void> cancel(@PathVariable String id, ServerWebExchange exchange) {
    RunningRequests.View before = requests.find(id);
    if (before == null || !requests.cancel(id)) {
      throw new ProblemException(Type.NOT_FOUND, "no request '%s' runs".formatted(id));
    }
    Audited.change(
        exchange, Cancelled.of(before, before.state()), Cancelled.of(before, "cancelled"));
    return ResponseEntity.accepted().build();
  }
}
