package dev.javelin.console;

import java.util.function.Function;
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
