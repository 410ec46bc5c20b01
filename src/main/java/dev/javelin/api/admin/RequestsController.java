package dev.javelin.api.admin;

import dev.javelin.api.Audited;
import dev.javelin.api.Generations;
import dev.javelin.api.Origins;
import dev.javelin.api.RequestIds;
import dev.javelin.service.GenerationCall;
import dev.javelin.service.Problem.Type;
import dev.javelin.service.ProblemException;
import dev.javelin.service.Replays;
import dev.javelin.service.RunningRequests;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** {@code /api/v1/requests}: inference calls that run, and the last ones that ended. */
@RestController
@RequestMapping("/api/v1/requests")
final class RequestsController {
  /**
   * @param model the alias to ask; null: the one that was asked
   */
  record ReplayBody(@Size(min = 1, max = 128) @Nullable String model) {
    static final ReplayBody SAME = new ReplayBody(null);
  }

  private final RunningRequests requests;
  private final Replays replays;
  private final Generations generations;
  private final Scheduler blocking;

  RequestsController(
      RunningRequests requests, Replays replays, Generations generations, Scheduler blocking) {
    this.requests = requests;
    this.replays = replays;
    this.generations = generations;
    this.blocking = blocking;
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
    Audited.change(exchange, before.brief(before.state()), before.brief("cancelled"));
    return ResponseEntity.accepted().build();
  }

  /**
   * Asks again what an ended request asked, and compares the answers. Only what was kept can be
   * asked again: the last requests, with {@code javelin.audit.bodies=true}.
   */
  @PostMapping("/{id}/replay")
  @Answers(value = 200, problems = 429)
  Mono<Replays.Replay> replay(
      @PathVariable String id,
      @Valid @RequestBody(required = false) @Nullable ReplayBody body,
      ServerWebExchange exchange) {
    ReplayBody wanted = body == null ? ReplayBody.SAME : body;
    GenerationCall call =
        replays.call(id, RequestIds.fresh("replay-"), Origins.of(exchange), wanted.model());
    return generations
        .start(exchange, call)
        .flatMap(generation -> generation.events().then())
        .publishOn(blocking)
        .then(Mono.fromCallable(() -> replays.compare(id, call.id())))
        .doOnNext(
            replay -> Audited.change(exchange, null, new Replayed(id, call.id(), call.model())));
  }

  /** What the audit keeps of a request that was asked again. */
  private record Replayed(String of, String id, String model) {}
}
