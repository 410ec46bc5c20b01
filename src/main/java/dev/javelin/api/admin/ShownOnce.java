package dev.javelin.api.admin;

import org.springframework.web.server.ServerWebExchange;

/** Answers that hold a secret: they are given once and kept nowhere. */
final class ShownOnce {
  private static final String ATTRIBUTE = ShownOnce.class.getName();

  private ShownOnce() {}

  /** To be called before the answer is written. */
  static void mark(ServerWebExchange exchange) {
    exchange.getAttributes().put(ATTRIBUTE, true);
  }

  static boolean is(ServerWebExchange exchange) {
    return exchange.getAttribute(ATTRIBUTE) != null;
  }
}
