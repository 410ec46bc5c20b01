package dev.javelin.api;

import org.jspecify.annotations.Nullable;
import org.springframework.web.server.ServerWebExchange;

/** What a handler tells the audit about the change it made; who, what and when are known. */
public final class Audited {
  private static final String ATTRIBUTE = Audited.class.getName();

  /**
   * States as the management API shows them, which has no secrets.
   *
   * @param before null if there was nothing
   * @param after null if there is nothing any more
   */
  record Change(@Nullable Object before, @Nullable Object after) {}

  private Audited() {}

  /** Notes a change; only the last one of a request counts. */
  public static void change(
      ServerWebExchange exchange, @Nullable Object before, @Nullable Object after) {
    exchange.getAttributes().put(ATTRIBUTE, new Change(before, after));
  }

  static @Nullable Change of(ServerWebExchange exchange) {
    return exchange.getAttribute(ATTRIBUTE);
  }
}
