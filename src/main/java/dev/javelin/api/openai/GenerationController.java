package dev.javelin.api.openai;

import dev.javelin.api.Generations;
import dev.javelin.api.JsonBodies;
import dev.javelin.api.JsonFields;
import dev.javelin.api.Origins;
import dev.javelin.api.RequestIds;
import dev.javelin.catalog.ModelVersion;
import dev.javelin.config.JavelinProperties;
import dev.javelin.engine.LoadedModel;
import dev.javelin.service.Generation;
import dev.javelin.service.GenerationCall;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** {@code /v1/chat/completions} and {@code /v1/completions}. */
@RestController
final class GenerationController {
  private final JsonBodies bodies;
  private final Generations generations;
  private final JavelinProperties properties;
  private final Clock clock;

  GenerationController(
      JsonBodies bodies, Generations generations, JavelinProperties properties, Clock clock) {
    this.bodies = bodies;
    this.generations = generations;
    this.properties = properties;
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
              return generations
                  .start(exchange, call)
                  .flatMap(
                      generation ->
                          request.stream()
                              ? stream(exchange, format, request, call, generation)
                              : whole(exchange, format, request, call, generation));
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
                generation,
                bodies,
                RequestIds.of(exchange))
            .of(request.choices(), properties.keepAlive());
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
