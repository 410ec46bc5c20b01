package dev.javelin.api.openai;

import dev.javelin.api.JsonBodies;
import dev.javelin.api.JsonFields;
import dev.javelin.api.Origins;
import dev.javelin.api.PreferredWait;
import dev.javelin.api.RequestIds;
import dev.javelin.catalog.ModelVersion;
import dev.javelin.config.JavelinProperties;
import dev.javelin.engine.LoadedModel;
import dev.javelin.service.Generation;
import dev.javelin.service.GenerationCall;
import dev.javelin.service.GenerationService;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** {@code /v1/chat/completions} and {@code /v1/completions}. */
@RestController
final class GenerationController {
  private final JsonBodies bodies;
  private final GenerationService service;
  private final JavelinProperties properties;
  private final Scheduler blocking;
  private final Clock clock;

  GenerationController(
      JsonBodies bodies,
      GenerationService service,
      JavelinProperties properties,
      Scheduler blocking,
      Clock clock) {
    this.bodies = bodies;
    this.service = service;
    this.properties = properties;
    this.blocking = blocking;
    this.clock = clock;
  }

  @PostMapping(path = "/v1/chat/completions", consumes = MediaType.APPLICATION_JSON_VALUE)
  Mono<Void> chat(ServerWebExchange exchange) {
    return answer(exchange, AnswerFormat.CHAT, RequestReader::chat);
  }

  @PostMapping(path = "/v1/completions", consumes = MediaType.APPLICATION_JSON_VALUE)
  Mono<Void> complete(ServerWebExchange exchange) {
    return answer(exchange, AnswerFormat.TEXT, RequestReader::completion);
  }

  private Mono<Void> answer(
      ServerWebExchange exchange, AnswerFormat format, Function<JsonFields, OpenAiRequest> reader) {
    return bodies
        .read(exchange)
        .map(reader)
        .flatMap(
            request -> {
              GenerationCall call =
                  request.call(
                      RequestIds.fresh(format.idPrefix()),
                      Origins.of(exchange),
                      properties.requestTimeout());
              return PreferredWait.whileLoading(exchange, start(call))
                  .flatMap(
                      generation ->
                          request.stream()
                              ? stream(exchange, format, request, call, generation)
                              : whole(exchange, format, request, call, generation));
            });
  }

  /** Starts on a virtual thread; a caller who leaves meanwhile leaves no sequence behind. */
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

  private Mono<Void> whole(
      ServerWebExchange exchange,
      AnswerFormat format,
      OpenAiRequest request,
      GenerationCall call,
      Generation generation) {
    WholeAnswer answer =
        new WholeAnswer(
            format,
            head(call, generation),
            new AnswerExtras(format, request, generation),
            RequestIds.of(exchange),
            request.choices(),
            request.n());
    return request
        .events(generation)
        .doOnNext(answer::add)
        .then(Mono.defer(() -> bodies.write(exchange, HttpStatus.OK, answer.body())));
  }

  private Mono<Void> stream(
      ServerWebExchange exchange,
      AnswerFormat format,
      OpenAiRequest request,
      GenerationCall call,
      Generation generation) {
    var response = exchange.getResponse();
    response.setStatusCode(HttpStatus.OK);
    response
        .getHeaders()
        .setContentType(new MediaType(MediaType.TEXT_EVENT_STREAM, StandardCharsets.UTF_8));
    response.getHeaders().setCacheControl("no-cache");
    response.getHeaders().set("X-Accel-Buffering", "no");
    Flux<String> chunks =
        new ChunkStream(
                format,
                head(call, generation),
                new AnswerExtras(format, request, generation),
                request,
                bodies,
                RequestIds.of(exchange))
            .of(generation, request.choices(), properties.keepAlive());
    return response
        .writeAndFlushWith(
            chunks.map(
                chunk ->
                    Mono.just(
                        response.bufferFactory().wrap(chunk.getBytes(StandardCharsets.UTF_8)))))
        .doOnCancel(generation::abort)
        .doOnError(_ -> generation.abort());
  }

  private AnswerFormat.Head head(GenerationCall call, Generation generation) {
    return new AnswerFormat.Head(call.id(), clock.instant(), call.model(), fingerprint(generation));
  }

  /**
   * The same for the same files on the same backend: answers with a seed then agree. A version
   * whose files are not digested yet agrees with itself alone.
   */
  private static String fingerprint(Generation generation) {
    ModelVersion version = generation.version();
    LoadedModel model = generation.model();
    int hash =
        Objects.hash(
            version.sha256() == null ? version.id() : version.sha256(),
            model.report().backend(),
            model.effective().toString());
    return String.format(Locale.ROOT, "fp_%08x", hash);
  }
}
