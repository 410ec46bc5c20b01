package dev.javelin.api;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/** Gives every response an X-Request-Id: the caller's if it is a plain word, else a fresh one. */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
public final class RequestIds implements WebFilter {
  private static final String HEADER = "X-Request-Id";
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9._-]{1,64}");
  private static final SecureRandom RANDOM = new SecureRandom();

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
    String given = exchange.getRequest().getHeaders().getFirst(HEADER);
    String id = given != null && PLAIN.matcher(given).matches() ? given : fresh("req-");
    exchange.getResponse().getHeaders().set(HEADER, id);
    return chain.filter(exchange);
  }

  /** The id of the request that is being answered. */
  public static String of(ServerWebExchange exchange) {
    String id = exchange.getResponse().getHeaders().getFirst(HEADER);
    return id == null ? "unknown" : id;
  }

  /** A new id with 96 random bits. */
  public static String fresh(String prefix) {
    byte[] bits = new byte[12];
    RANDOM.nextBytes(bits);
    return prefix + HexFormat.of().formatHex(bits);
  }
}
