package dev.javelin.api.admin;

import dev.javelin.api.RequestIds;
import dev.javelin.catalog.CatalogException;
import dev.javelin.catalog.DatabaseAway;
import dev.javelin.catalog.StaleRevisionException;
import dev.javelin.engine.request.EngineException;
import dev.javelin.service.Problem;
import dev.javelin.service.Problem.FieldError;
import dev.javelin.service.Problem.Type;
import dev.javelin.service.ProblemException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.annotation.Order;
import org.springframework.core.codec.DecodingException;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.web.bind.support.WebExchangeBindException;
import org.springframework.web.method.annotation.HandlerMethodValidationException;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.ServerWebInputException;
import org.springframework.web.server.WebExceptionHandler;
import reactor.core.publisher.Mono;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Answers with a {@link Problem} what the services refuse and what a body has wrong; {@link
 * ProblemHandler} answers the rest.
 */
@Component
@Order(-4) // before ProblemHandler
final class ManagementErrors implements WebExceptionHandler {
  private static final Logger log = LoggerFactory.getLogger(ManagementErrors.class);

  private final JsonMapper mapper;

  ManagementErrors(JsonMapper mapper) {
    this.mapper = mapper;
  }

  @Override
  public Mono<Void> handle(ServerWebExchange exchange, Throwable failure) {
    if (!exchange.getRequest().getPath().value().startsWith("/api/v1")
        || exchange.getResponse().isCommitted()) {
      return Mono.error(failure);
    }
    Problem problem = from(failure);
    if (problem == null) {
      return Mono.error(failure);
    }
    String requestId = RequestIds.of(exchange);
    if (problem.type() == Type.INTERNAL) {
      log.error("Request {} failed", requestId, failure);
    }
    if (problem.type() == Type.UNAVAILABLE) {
      exchange.getResponse().getHeaders().set("Retry-After", "1");
    }
    Map<String, Object> body = problem.body();
    body.put("requestId", requestId);
    var response = exchange.getResponse();
    response.setStatusCode(HttpStatus.valueOf(problem.type().status()));
    response.getHeaders().setContentType(MediaType.APPLICATION_PROBLEM_JSON);
    byte[] bytes = mapper.writeValueAsBytes(body);
    return response.writeWith(Mono.just(response.bufferFactory().wrap(bytes)));
  }

  /** Null for what another handler answers. */
  private static @Nullable Problem from(Throwable failure) {
    return switch (failure) {
      case ProblemException _, CatalogException _, StaleRevisionException _, EngineException _ ->
          Problem.from(failure);
      case OptimisticLockingFailureException _ ->
          Problem.of(Type.PRECONDITION_FAILED, "somebody else changed it at the same moment");
      case DataIntegrityViolationException _ ->
          Problem.of(Type.CONFLICT, "somebody else changed it at the same moment; look again");
      case RuntimeException lost when DatabaseAway.is(lost) -> Problem.from(lost);
      case WebExchangeBindException invalid -> invalid(invalid);
      case HandlerMethodValidationException invalid ->
          Problem.of(
              Type.INVALID_REQUEST,
              invalid.getAllErrors().stream()
                  .map(error -> String.valueOf(error.getDefaultMessage()))
                  .collect(Collectors.joining("; ")));
      case ServerWebInputException input -> input(input);
      case DataBufferLimitException limit -> Problem.of(Type.CONTENT_TOO_LARGE, limit.getMessage());
      default -> null;
    };
  }

  private static Problem invalid(WebExchangeBindException invalid) {
    List<FieldError> errors =
        invalid.getFieldErrors().stream()
            .map(
                error ->
                    new FieldError(
                        pointer(error.getField()), String.valueOf(error.getDefaultMessage())))
            .toList();
    String detail =
        errors.stream()
            .map(error -> error.pointer().substring(1) + " " + error.detail())
            .collect(Collectors.joining("; "));
    return new Problem(Type.INVALID_REQUEST, detail, errors, Map.of());
  }

  private static Problem input(ServerWebInputException input) {
    Throwable cause = input.getCause();
    if (cause instanceof DecodingException decoding
        && decoding.getCause() instanceof JacksonException json) {
      return json(json);
    }
    if (cause instanceof DataBufferLimitException limit) {
      return Problem.of(Type.CONTENT_TOO_LARGE, limit.getMessage());
    }
    var parameter = input.getMethodParameter();
    String name = parameter == null ? null : parameter.getParameterName();
    return Problem.of(
        Type.INVALID_REQUEST,
        name == null
            ? String.valueOf(input.getReason())
            : "'%s': %s".formatted(name, input.getReason()));
  }

  private static Problem json(JacksonException json) {
    String pointer =
        json.getPath().stream()
            .map(at -> at.getPropertyName() == null ? "" + at.getIndex() : at.getPropertyName())
            .collect(Collectors.joining("/", "/", ""));
    if (json instanceof UnrecognizedPropertyException unknown) {
      return Problem.ofField(
          pointer,
          "'%s' is not a field of this; there are %s"
              .formatted(unknown.getPropertyName(), unknown.getKnownPropertyIds()));
    }
    String message = json.getOriginalMessage();
    return pointer.equals("/")
        ? Problem.of(Type.INVALID_REQUEST, "the body is not valid: " + message)
        : Problem.ofField(pointer, message);
  }

  private static String pointer(String field) {
    return "/" + field.replace('.', '/').replaceAll("\\[(\\d+)]", "/$1");
  }
}
