package dev.javelin.api.admin;

import dev.javelin.security.Caller;
import org.springframework.web.server.ServerWebExchange;

/** Who a change is written down for. */
final class Actors {
  private Actors() {}

  static String of(ServerWebExchange exchange) {
    return Caller.of(exchange).name();
  }
}
