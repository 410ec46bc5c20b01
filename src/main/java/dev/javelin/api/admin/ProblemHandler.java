package dev.javelin.api.admin;

import dev.javelin.api.ApiException;
import dev.javelin.api.JsonBodies;
import dev.javelin.api.RequestIds;
import dev.javelin.security.Refusal;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.web.server.MethodNotAllowedException;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebExceptionHandler;
import reactor.core.publisher.Mono;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Answers every failure under {@code /api/v1} with a problem; ours are told only by request id. */
@Component
@Order(-3) // before the handlers of the other paths
final class ProblemHandler implements WebExceptionHandler {
  private static final Logger log = LoggerFactory.getLogger(ProblemHandler.class);
  private static final MediaType TYPE = MediaType.APPLICATION_PROBLEM_JSON;

  private final JsonBodies bodies;

  ProblemHandler(JsonBodies bodies) {
    this.bodies = bodies;
  }

  @Override
  public Mono<Void> handle(ServerWebExchange exchange, Throwable failure) {
    if (!exchange.getRequest().getPath().value().startsWith("/api/")
        || exchange.getResponse().isCommitted()) {
      return Mono.error(failure);
    }
    Problem problem = from(failure, RequestIds.of(exchange));
    ObjectNode body =
        JsonNodeFactory.instance
            .objectNode()
            .put("type", "urn:javelin:problem:" + problem.type())
            .put("title", problem.type().replace('-', ' '))
            .put("status", problem.status().value())
            .put("detail", problem.getMessage())
            .put("requestId", RequestIds.of(exchange));
    if (problem.pointer() != null) {
      body.put("pointer", problem.pointer());
    }
    var headers = exchange.getResponse().getHeaders();
    if (problem.status() == HttpStatus.UNAUTHORIZED) {
      headers.set("WWW-Authenticate", "Bearer");
    }
    if (failure instanceof MethodNotAllowedException method) {
      headers.setAllow(method.getSupportedMethods());
    }
    return bodies.write(exchange, problem.status(), TYPE, body);
  }

  private static Problem from(Throwable failure, String requestId) {
    return switch (failure) {
      case Problem problem -> problem;
      case Refusal refusal ->
          new Problem(
              refusal.reason().status(),
              refusal.reason().word().replace('_', '-'),
              String.valueOf(refusal.getMessage()),
              null);
      case ApiException api ->
          new Problem(
              api.status(),
              "invalid-request",
              String.valueOf(api.getMessage()),
              api.parameter() == null ? null : "/" + api.parameter().replace('.', '/'));
      case ResponseStatusException status when status.getStatusCode().is4xxClientError() -> {
        HttpStatus code = HttpStatus.valueOf(status.getStatusCode().value());
        yield new Problem(
            code,
            code.getReasonPhrase().toLowerCase(Locale.ROOT).replace(' ', '-'),
            switch (status) {
              case MethodNotAllowedException method ->
                  "%s is not allowed here; allowed: %s"
                      .formatted(method.getHttpMethod(), method.getSupportedMethods());
              case ResponseStatusException _ when code == HttpStatus.NOT_FOUND ->
                  "there is nothing at this path";
              case ResponseStatusException other -> String.valueOf(other.getReason());
            },
            null);
      }
      default -> {
        log.error("Request {} failed: {}", requestId, failure, failure);
        yield new Problem(
            HttpStatus.INTERNAL_SERVER_ERROR,
            "internal-error",
            "internal error; the log has more under request id " + requestId,
            null);
      }
    };
  }
}
