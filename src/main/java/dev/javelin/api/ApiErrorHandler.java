package dev.javelin.api;

import dev.javelin.security.QuotaExceededException;
import dev.javelin.service.ModelLoadingException;
import java.util.List;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebExceptionHandler;
import reactor.core.publisher.Mono;

/** Answers every failure on the inference paths with an error envelope. */
@Component
@Order(-2) // before Spring Boot's handler at -1
final class ApiErrorHandler implements WebExceptionHandler {
  private static final List<String> PATHS = List.of("/v1", "/tokenize", "/detokenize");

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
    if (failure instanceof QuotaExceededException quota) {
      quota
          .retryAfter()
          .ifPresent(
              wait ->
                  exchange
                      .getResponse()
                      .getHeaders()
                      .set("Retry-After", Long.toString(wait.plusMillis(999).toSeconds())));
    } else if (error.status() == HttpStatus.TOO_MANY_REQUESTS
        || error.status() == HttpStatus.SERVICE_UNAVAILABLE) {
      ModelLoadingException loading = error.loading();
      long seconds = loading == null ? 1 : Math.max(1, loading.retryAfter().toSeconds());
      exchange.getResponse().getHeaders().set("Retry-After", String.valueOf(seconds));
    }
    if (error.status() == HttpStatus.UNAUTHORIZED) {
      exchange.getResponse().getHeaders().set("WWW-Authenticate", "Bearer");
    }
    return bodies.write(exchange, error.status(), ApiErrors.envelope(error));
  }
}
