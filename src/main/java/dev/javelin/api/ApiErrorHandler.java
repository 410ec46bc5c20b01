package dev.javelin.api;

import java.util.List;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.server.MethodNotAllowedException;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebExceptionHandler;
import reactor.core.publisher.Mono;

/** Answers every failure on the inference paths with an error envelope. */
@Component
@Order(-2) // before Spring Boot's handler at -1
final class ApiErrorHandler implements WebExceptionHandler {
  private static final List<String> PATHS =
      List.of("/v1", "/tokenize", "/detokenize", "/version", "/metrics");

  private final JsonBodies bodies;

  ApiErrorHandler(JsonBodies bodies) {
    this.bodies = bodies;
  }

  @Override
  public Mono<Void> handle(ServerWebExchange exchange, Throwable failure) {
    String path = exchange.getRequest().getPath().value();
    boolean ours = PATHS.stream().anyMatch(at -> path.equals(at) || path.startsWith(at + "/"));
    if (!ours || exchange.getResponse().isCommitted()) {
      return Mono.error(failure);
    }
    ApiException error = ApiErrors.from(failure, RequestIds.of(exchange));
    HttpHeaders headers = exchange.getResponse().getHeaders();
    RetryAfter.of(failure, error.status()).ifPresent(wait -> headers.set("Retry-After", wait));
    if (error.status() == HttpStatus.UNAUTHORIZED) {
      headers.set("WWW-Authenticate", "Bearer");
    }
    if (failure instanceof MethodNotAllowedException method) {
      headers.setAllow(method.getSupportedMethods());
    }
    // Netty itself answers a body whose chunks are none: then there is nothing left to say.
    return bodies
        .write(exchange, error.status(), ApiErrors.envelope(error))
        .onErrorComplete(IllegalStateException.class);
  }
}
