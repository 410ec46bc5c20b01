package dev.javelin.console;

import dev.javelin.api.Audited;
import dev.javelin.api.Generations;
import dev.javelin.api.Origins;
import dev.javelin.api.RequestIds;
import dev.javelin.service.GenerationCall;
import dev.javelin.service.Replays;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** Asks again what an ended request asked, and shows both answers on its page. */
@Controller
final class ReplaysPageController {
  /**
   * @param model the alias to ask; null or empty: the one that was asked
   */
  record ReplayForm(@Nullable String model) {
    @Nullable String alias() {
      return model == null || model.isBlank() ? null : model.strip();
    }
  }

  /** What the audit keeps of a request that was asked again. */
  private record Replayed(String of, String id, String model) {}

  private final Replays replays;
  private final Generations generations;
  private final RequestPage page;
  private final Scheduler blocking;

  ReplaysPageController(
      Replays replays, Generations generations, RequestPage page, Scheduler blocking) {
    this.replays = replays;
    this.generations = generations;
    this.page = page;
    this.blocking = blocking;
  }

  @PostMapping("/console/requests/{id}/replay")
  Mono<String> replay(
      @PathVariable String id,
      @ModelAttribute ReplayForm form,
      Model view,
      ServerWebExchange exchange) {
    // The address bar keeps the request's own address, which can be opened again.
    exchange.getResponse().getHeaders().set("HX-Push-Url", "false");
    return Mono.fromCallable(
            () -> replays.call(id, RequestIds.fresh("replay-"), Origins.of(exchange), form.alias()))
        .subscribeOn(blocking)
        .flatMap(call -> asked(id, call, exchange))
        .doOnNext(replay -> view.addAttribute("replayed", replay))
        .then()
        .onErrorResume(
            Attempt::refuses,
            refused -> {
              Attempt.explain(Attempt.problem(refused), view, exchange);
              return Mono.empty();
            })
        .then(Mono.fromCallable(() -> page.of(id, view, exchange)).subscribeOn(blocking));
  }

  private Mono<Replays.Replay> asked(String of, GenerationCall call, ServerWebExchange exchange) {
    return generations
        .start(exchange, call)
        .flatMap(generation -> generation.events().then())
        .publishOn(blocking)
        .then(Mono.fromCallable(() -> replays.compare(of, call.id())))
        .doOnNext(
            replay -> Audited.change(exchange, null, new Replayed(of, call.id(), call.model())));
  }
}
