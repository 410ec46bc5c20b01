package dev.javelin.api;

import dev.javelin.service.Generation;
import dev.javelin.service.GenerationCall;
import dev.javelin.service.GenerationService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** Begins what callers ask of models. */
@Component
public final class Generations {
  private final GenerationService service;
  private final Scheduler blocking;

  Generations(GenerationService service, Scheduler blocking) {
    this.service = service;
    this.blocking = blocking;
  }

  /**
   * Starts on a virtual thread, once the model is there if the caller is willing to wait; one who
   * leaves meanwhile leaves no sequence behind. Fails as {@link GenerationService#start} does.
   */
  public Mono<Generation> start(ServerWebExchange exchange, GenerationCall call) {
    return PreferredWait.whileLoading(exchange, start(call));
  }

  private Mono<Generation> start(GenerationCall call) {
    return Mono.defer(
        () -> {
          AtomicBoolean left = new AtomicBoolean();
          AtomicReference<Generation> started = new AtomicReference<>();
          Mono<Generation> starting =
              Mono.fromCallable(
                  () ->
                      service.start(
                          call,
                          generation -> {
                            started.set(generation);
                            if (left.get()) {
                              generation.abort();
                            }
                          }));
          return starting
              .subscribeOn(blocking)
              .doOnCancel(
                  () -> {
                    left.set(true);
                    Generation generation = started.get();
                    if (generation != null) {
                      generation.abort();
                    }
                  });
        });
  }
}
