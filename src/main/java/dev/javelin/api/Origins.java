package dev.javelin.api;

import dev.javelin.security.Caller;
import dev.javelin.service.GenerationCall;
import org.springframework.web.server.ServerWebExchange;

/** Where the request that is being answered comes from. */
public final class Origins {
  private Origins() {}

  public static GenerationCall.Origin of(ServerWebExchange exchange) {
    return new GenerationCall.Origin(
        Caller.of(exchange),
        RequestIds.of(exchange),
        exchange.getRequest().getHeaders().getFirst("traceparent"),
        System.nanoTime());
  }
}
