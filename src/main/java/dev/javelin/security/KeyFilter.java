package dev.javelin.security;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * Checks a key in {@code Authorization: Bearer} or {@code x-api-key}. On this machine, where none
 * is needed, a value that is not a key of ours is let pass: clients insist on sending something.
 */
final class KeyFilter implements WebFilter {
  private static final String BEARER = "Bearer ";

  private final Identities identities;
  private final LocalAccess local;

  KeyFilter(Identities identities, LocalAccess local) {
    this.identities = identities;
    this.local = local;
  }

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
    String text = text(exchange.getRequest());
    if (text == null || (!KeyText.isOurs(text) && local.isLocal(exchange.getRequest()))) {
      return chain.filter(exchange);
    }
    return Mono.justOrEmpty(KeyText.parse(text))
        .flatMap(identities::of)
        .switchIfEmpty(
            Mono.error(
                () ->
                    new Refusal(
                        Refusal.Reason.KEY_INVALID,
                        "the API key is unknown, revoked or expired; ask for a new one")))
        .map(KeyAuthentication::new)
        .flatMap(
            key ->
                chain
                    .filter(exchange)
                    .contextWrite(ReactiveSecurityContextHolder.withAuthentication(key)));
  }

  /** Whether the request carries a header that no web page of another origin can make it carry. */
  static boolean hasKey(ServerHttpRequest request) {
    return text(request) != null;
  }

  private static @Nullable String text(ServerHttpRequest request) {
    String bearer = request.getHeaders().getFirst(HttpHeaders.AUTHORIZATION);
    if (bearer != null && bearer.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
      return bearer.substring(BEARER.length()).strip();
    }
    return request.getHeaders().getFirst("x-api-key");
  }
}
