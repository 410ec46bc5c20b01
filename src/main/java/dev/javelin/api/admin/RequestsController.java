package dev.javelin.api.admin;

import dev.javelin.service.Problem.Type;
import dev.javelin.service.ProblemException;
import dev.javelin.service.RunningRequests;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** {@code /api/v1/requests}: inference calls that run, and the last ones that ended. */
@RestController
@RequestMapping("/api/v1/requests")
final class RequestsController {
  /** Which calls to list. */
  enum Which {
    RUNNING,
    DONE
  }

  private final RunningRequests requests;

  RequestsController(RunningRequests requests) {
    this.requests = requests;
  }

  /** Running ones first; then those that ended, newest first. */
  @GetMapping
  Page<RunningRequests.View> list(@RequestParam(required = false) @Nullable Which state) {
    List<RunningRequests.View> found =
        state == null
            ? Stream.concat(requests.running().stream(), requests.done().stream()).toList()
            : switch (state) {
              case RUNNING -> requests.running();
              case DONE -> requests.done();
            };
    return Page.whole(found);
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
  ResponseEntity<Void> cancel(@PathVariable String id) {
    if (!requests.cancel(id)) {
      throw new ProblemException(Type.NOT_FOUND, "no request '%s' runs".formatted(id));
    }
    return ResponseEntity.accepted().build();
  }
}
