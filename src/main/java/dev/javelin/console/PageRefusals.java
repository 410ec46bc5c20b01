package dev.javelin.console;

import dev.javelin.security.Refusal;
import java.net.URI;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebExceptionHandler;
import reactor.core.publisher.Mono;

/** Leads a browser that may not see a page to where it can get the right; others get a status. */
@Component
@Order(-2) // before Spring Boot's handler at -1
final class PageRefusals implements WebExceptionHandler {
  @Override
  public Mono<Void> handle(ServerWebExchange exchange, Throwable failure) {
    if (!(failure instanceof Refusal refusal) || exchange.getResponse().isCommitted()) {
      return Mono.error(failure);
    }
    boolean page =
        exchange.getRequest().getHeaders().getAccept().stream()
            .anyMatch(MediaType.TEXT_HTML::equalsTypeAndSubtype);
    if (!page) {
      return status(refusal);
    }
    return switch (refusal.reason()) {
      case KEY_MISSING -> redirect(exchange, "/login?first");
      case KEY_INVALID -> redirect(exchange, "/login");
      case PASSWORD_CHANGE_REQUIRED -> redirect(exchange, "/password");
      case ROLE_TOO_LOW, MODEL_NOT_ALLOWED, CSRF_TOKEN_INVALID -> status(refusal);
    };
  }

  private static Mono<Void> status(Refusal refusal) {
    return Mono.error(
        new ResponseStatusException(
            refusal.reason().status(), String.valueOf(refusal.getMessage()), refusal));
  }

  private static Mono<Void> redirect(ServerWebExchange exchange, String path) {
    exchange.getResponse().setStatusCode(HttpStatus.SEE_OTHER);
    exchange.getResponse().getHeaders().setLocation(URI.create(path));
    return exchange.getResponse().setComplete();
  }
}
