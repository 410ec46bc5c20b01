package dev.javelin.api.admin;

import dev.javelin.api.RequestIds;
import dev.javelin.api.RetryAfter;
import dev.javelin.security.Refusal;
import dev.javelin.service.Problem;
import dev.javelin.service.Problem.FieldError;
import dev.javelin.service.Problem.Type;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
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
import org.springframework.web.server.MethodNotAllowedException;
import org.springframework.web.server.NotAcceptableStatusException;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.ServerWebInputException;
import org.springframework.web.server.UnsupportedMediaTypeStatusException;
import org.springframework.web.server.WebExceptionHandler;
import reactor.core.publisher.Mono;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.json.JsonMapper;

/** Answers every failure under {@code /api} with a {@link Problem}. */
@Component
@Order(-3) // before the handlers of the other paths
final class ProblemHandler implements WebExceptionHandler {
  private static final Logger log = LoggerFactory.getLogger(ProblemHandler.class);

  private final JsonMapper mapper;

  ProblemHandler(JsonMapper mapper) {
    this.mapper = mapper;
  }

  @Override
  public Mono<Void> handle(ServerWebExchange exchange, Throwable failure) {
    if (!exchange.getRequest().getPath().value().startsWith("/api/")
        || exchange.getResponse().isCommitted()) {
      return Mono.error(failure);
    }
    String requestId = RequestIds.of(exchange);
    Problem problem = from(failure);
    if (problem.type() == Type.INTERNAL) {
      log.error("Request {} failed", requestId, failure);
    }
    var response = exchange.getResponse();
    var headers = response.getHeaders();
    HttpStatus status = HttpStatus.valueOf(problem.type().status());
    RetryAfter.of(failure, status).ifPresent(wait -> headers.set("Retry-After", wait));
    if (status == HttpStatus.UNAUTHORIZED) {
      headers.set("WWW-Authenticate", "Bearer");
    }
    if (failure instanceof MethodNotAllowedException method) {
      headers.setAllow(method.getSupportedMethods());
    }
    Map<String, Object> body = problem.body();
    body.put("requestId", requestId);
    response.setStatusCode(status);
    headers.setContentType(MediaType.APPLICATION_PROBLEM_JSON);
    byte[] bytes = mapper.writeValueAsBytes(body);
    return response.writeWith(Mono.just(response.bufferFactory().wrap(bytes)));
  }

  private static Problem from(Throwable failure) {
    return switch (failure) {
      case Refusal refusal -> Problem.of(type(refusal.reason()), refusal.getMessage());
      case OptimisticLockingFailureException _ ->
          Problem.of(Type.PRECONDITION_FAILED, "somebody else changed it at the same moment");
      case DataIntegrityViolationException _ ->
          Problem.of(Type.CONFLICT, "somebody else changed it at the same moment; look again");
      case WebExchangeBindException invalid -> invalid(invalid);
      case HandlerMethodValidationException invalid ->
          Problem.of(
              Type.INVALID_REQUEST,
              invalid.getAllErrors().stream()
                  .map(error -> String.valueOf(error.getDefaultMessage()))
                  .collect(Collectors.joining("; ")));
      case ServerWebInputException input -> input(input);
      case DataBufferLimitException limit -> Problem.of(Type.CONTENT_TOO_LARGE, limit.getMessage());
      case ResponseStatusException status when status.getStatusCode().is4xxClientError() ->
          status(status);
      default -> Problem.from(failure);
    };
  }

  private static Type type(Refusal.Reason reason) {
    return switch (reason) {
      case KEY_MISSING -> Type.KEY_MISSING;
      case KEY_INVALID -> Type.KEY_INVALID;
      case ROLE_TOO_LOW -> Type.ROLE_TOO_LOW;
      case MODEL_NOT_ALLOWED -> Type.MODEL_NOT_ALLOWED;
      case PASSWORD_CHANGE_REQUIRED -> Type.PASSWORD_CHANGE_REQUIRED;
      case CSRF_TOKEN_INVALID -> Type.CSRF_TOKEN_INVALID;
    };
  }

  private static Problem status(ResponseStatusException status) {
    return switch (status) {
      case MethodNotAllowedException method ->
          Problem.of(
              Type.METHOD_NOT_ALLOWED,
              "%s is not allowed here; allowed: %s"
                  .formatted(method.getHttpMethod(), method.getSupportedMethods()));
      case NotAcceptableStatusException form -> Problem.of(Type.NOT_ACCEPTABLE, form.getReason());
      case UnsupportedMediaTypeStatusException form ->
          Problem.of(Type.UNSUPPORTED_MEDIA_TYPE, form.getReason());
      case ResponseStatusException _ when status.getStatusCode() == HttpStatus.NOT_FOUND ->
          Problem.of(Type.NOT_FOUND, "there is nothing at this path");
      case ResponseStatusException other -> Problem.of(Type.INVALID_REQUEST, other.getReason());
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
