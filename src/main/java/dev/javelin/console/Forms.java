package dev.javelin.console;

import dev.javelin.catalog.Revision;
import dev.javelin.service.Problem;
import dev.javelin.service.ProblemException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** Forms whose fields are known only when they arrive. */
@Component
final class Forms {
  private final Scheduler blocking;

  Forms(Scheduler blocking) {
    this.blocking = blocking;
  }

  /**
   * The state that a form is meant for.
   *
   * @param revision of what it changes, as its person saw it
   * @throws ProblemException PRECONDITION_REQUIRED if the form does not say
   */
  static Revision seen(@Nullable Long revision) {
    if (revision == null) {
      throw new ProblemException(
          Problem.of(
                  Problem.Type.PRECONDITION_REQUIRED,
                  "the form does not say which state it is meant for")
              .said("no-state"));
    }
    return new Revision.Exactly(revision);
  }

  /** Answers a form on a thread that may wait for the database. */
  Mono<String> posted(
      ServerWebExchange exchange, Function<MultiValueMap<String, String>, String> answer) {
    return exchange
        .getFormData()
        .defaultIfEmpty(new LinkedMultiValueMap<>())
        .publishOn(blocking)
        .map(answer);
  }
}
