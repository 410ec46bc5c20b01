package dev.javelin.api;

import dev.javelin.security.Caller;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatusCode;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/** A line for each request, at debug; as fields where the log is JSON. */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 2) // after RequestIds
final class AccessLog implements WebFilter {
  private static final Logger log = LoggerFactory.getLogger(AccessLog.class);

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
    if (!log.isDebugEnabled()) {
      return chain.filter(exchange);
    }
    long began = System.nanoTime();
    return chain.filter(exchange).doFinally(_ -> write(exchange, began));
  }

  private static void write(ServerWebExchange exchange, long began) {
    HttpStatusCode status = exchange.getResponse().getStatusCode();
    Caller caller = exchange.getAttribute(Caller.class.getName());
    String method = exchange.getRequest().getMethod().name();
    // The path alone: a query may hold what is nobody's business.
    String path = exchange.getRequest().getPath().value();
    log.atDebug()
        .addKeyValue("requestId", RequestIds.of(exchange))
        .addKeyValue("caller", caller == null ? "unknown" : caller.name())
        .addKeyValue("method", method)
        .addKeyValue("path", path)
        .addKeyValue("status", status == null ? 200 : status.value())
        .addKeyValue("durationMillis", (System.nanoTime() - began) / 1_000_000)
        .log("{} {} {}", method, path, RequestIds.of(exchange));
  }
}
