package dev.javelin.api.admin;

import dev.javelin.catalog.IdempotentCalls;
import dev.javelin.catalog.IdempotentCalls.Answer;
import dev.javelin.config.JavelinProperties;
import dev.javelin.security.Caller;
import dev.javelin.service.Problem.Type;
import dev.javelin.service.ProblemException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.core.annotation.Order;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import tools.jackson.databind.json.JsonMapper;

/**
 * A POST with an Idempotency-Key is done once: repeated by the same caller with the same body it
 * gets the first answer again. What was refused or failed is not kept, so it may be tried again. An
 * answer that holds a secret, or is very long, is not kept either; then the repeated call is told
 * that it was done.
 */
@Component
@Order(100) // after security: keys of different callers are different keys
final class IdempotencyFilter implements WebFilter {
  private static final String HEADER = "Idempotency-Key";
  private static final Pattern PLAIN = Pattern.compile("[\\x21-\\x7e]{1,200}");
  private static final List<String> KEPT = List.of("Content-Type", "Location", "ETag");

  private final IdempotentCalls calls;
  private final JavelinProperties properties;
  private final Scheduler blocking;
  private final JsonMapper mapper;

  IdempotencyFilter(
      IdempotentCalls calls, JavelinProperties properties, Scheduler blocking, JsonMapper mapper) {
    this.calls = calls;
    this.properties = properties;
    this.blocking = blocking;
    this.mapper = mapper;
  }

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
    var request = exchange.getRequest();
    String given = request.getHeaders().getFirst(HEADER);
    if (given == null
        || request.getMethod() != HttpMethod.POST
        || !request.getPath().value().startsWith("/api/v1/")) {
      return chain.filter(exchange);
    }
    if (!PLAIN.matcher(given).matches()) {
      return Mono.error(
          new ProblemException(
              Type.INVALID_REQUEST, "Idempotency-Key must be 1 to 200 printable characters"));
    }
    String key = sha256(Caller.of(exchange).name() + '\n' + given);
    return DataBufferUtils.join(request.getBody(), Math.toIntExact(properties.maxBody().toBytes()))
        .map(IdempotencyFilter::bytes)
        .defaultIfEmpty(new byte[0])
        .flatMap(
            body -> {
              String call = "POST %s\n".formatted(request.getURI());
              String digest = sha256(call + new String(body, StandardCharsets.ISO_8859_1));
              return Mono.fromCallable(() -> calls.claim(key, digest))
                  .subscribeOn(blocking)
                  .flatMap(
                      first ->
                          first.isPresent()
                              ? repeat(exchange, first.get(), digest)
                              : once(exchange, chain, key, body));
            });
  }

  private Mono<Void> repeat(ServerWebExchange exchange, Answer first, String digest) {
    if (!first.bodySha256().equals(digest)) {
      return Mono.error(
          new ProblemException(
              Type.KEY_REUSED, "this Idempotency-Key came before with another request"));
    }
    Integer status = first.status();
    if (status == null) {
      return Mono.error(
          new ProblemException(
              Type.CONFLICT, "the first request with this Idempotency-Key still runs"));
    }
    String body = first.body();
    if (body == null) {
      return Mono.error(
          new ProblemException(
              Type.CONFLICT,
              "it was done by the first request with this Idempotency-Key, whose answer is not kept: it held a secret, which is shown once, or was too long"));
    }
    ServerHttpResponse response = exchange.getResponse();
    response.setStatusCode(HttpStatus.valueOf(status));
    mapper
        .readTree(Optional.ofNullable(first.headers()).orElse("{}"))
        .properties()
        .forEach(
            header -> response.getHeaders().set(header.getKey(), header.getValue().asString()));
    response.getHeaders().set("Idempotent-Replay", "true");
    if (body.isEmpty()) {
      return response.setComplete();
    }
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    return response.writeWith(Mono.just(response.bufferFactory().wrap(bytes)));
  }

  private Mono<Void> once(
      ServerWebExchange exchange, WebFilterChain chain, String key, byte[] body) {
    var replayed =
        new ServerHttpRequestDecorator(exchange.getRequest()) {
          @Override
          public Flux<DataBuffer> getBody() {
            return body.length == 0
                ? Flux.empty()
                : Flux.just(exchange.getResponse().bufferFactory().wrap(body));
          }
        };
    var kept =
        new ServerHttpResponseDecorator(exchange.getResponse()) {
          @Override
          public Mono<Void> writeWith(Publisher<? extends DataBuffer> content) {
            return DataBufferUtils.join(Flux.from(content))
                .map(IdempotencyFilter::bytes)
                .defaultIfEmpty(new byte[0])
                .flatMap(
                    bytes ->
                        store(key, this, text(exchange, bytes))
                            .then(super.writeWith(Mono.just(bufferFactory().wrap(bytes)))));
          }

          @Override
          public Mono<Void> setComplete() {
            return isCommitted()
                ? super.setComplete()
                : store(key, this, "").then(super.setComplete());
          }
        };
    return chain
        .filter(exchange.mutate().request(replayed).response(kept).build())
        .onErrorResume(failure -> forget(key).then(Mono.error(failure)));
  }

  /** Before the answer leaves: a caller who loses it finds it again. */
  private Mono<Void> store(String key, ServerHttpResponse response, @Nullable String body) {
    HttpStatusCode status = response.getStatusCode();
    if (status == null || !status.is2xxSuccessful()) {
      return forget(key);
    }
    Map<String, String> headers = new LinkedHashMap<>();
    for (String name : KEPT) {
      String value = response.getHeaders().getFirst(name);
      if (value != null) {
        headers.put(name, value);
      }
    }
    return blocking(
        () -> calls.store(key, status.value(), mapper.writeValueAsString(headers), body));
  }

  /** An answer's text; null if it is not to be kept. */
  private static @Nullable String text(ServerWebExchange exchange, byte[] body) {
    return ShownOnce.is(exchange) || body.length > IdempotentCalls.LONGEST_BODY
        ? null
        : new String(body, StandardCharsets.UTF_8);
  }

  private Mono<Void> forget(String key) {
    return blocking(() -> calls.forget(key));
  }

  private Mono<Void> blocking(Runnable work) {
    return Mono.<Void>fromRunnable(work).subscribeOn(blocking);
  }

  private static byte[] bytes(DataBuffer buffer) {
    byte[] bytes = new byte[buffer.readableByteCount()];
    buffer.read(bytes);
    DataBufferUtils.release(buffer);
    return bytes;
  }

  private static String sha256(String text) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
