package dev.javelin.security;

import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.PathContainer;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.authorization.AuthorizationResult;
import org.springframework.security.authorization.ReactiveAuthorizationManager;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.server.authorization.AuthorizationContext;
import org.springframework.web.server.MethodNotAllowedException;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * Lets a request pass if {@link RouteRoles} says so, and notes who sent it; else fails with a
 * {@link Refusal}, or as if there were nothing at the path.
 */
final class RouteGate implements ReactiveAuthorizationManager<AuthorizationContext> {
  private static final AuthorizationResult GRANTED = new AuthorizationDecision(true);

  private final Identities identities;
  private final LocalAccess local;

  RouteGate(Identities identities, LocalAccess local) {
    this.identities = identities;
    this.local = local;
  }

  @Override
  public Mono<AuthorizationResult> authorize(
      Mono<Authentication> authentication, AuthorizationContext context) {
    ServerWebExchange exchange = context.getExchange();
    HttpMethod method = exchange.getRequest().getMethod();
    PathContainer path = exchange.getRequest().getPath().pathWithinApplication();
    return switch (RouteRoles.match(method, path)) {
      case RouteRoles.Match.Found(Access access) when access == Access.PUBLIC -> Mono.just(GRANTED);
      case RouteRoles.Match.Found(Access access) ->
          authentication
              .filter(Authentication::isAuthenticated)
              .flatMap(identities::of)
              .switchIfEmpty(Mono.fromSupplier(Caller.Local::new))
              .map(caller -> decide(exchange, access, caller));
      case RouteRoles.Match.OtherMethods(var allowed) ->
          Mono.error(new MethodNotAllowedException(method, allowed));
      case RouteRoles.Match.Unlisted _ ->
          Mono.error(
              new ResponseStatusException(
                  HttpStatus.NOT_FOUND,
                  "there is nothing at %s %s".formatted(method, path.value())));
    };
  }

  private AuthorizationResult decide(ServerWebExchange exchange, Access access, Caller caller) {
    boolean openHere = new Caller.Local().may(access) && local.isLocal(exchange.getRequest());
    if (!openHere && (caller instanceof Caller.Local || !caller.may(access))) {
      throw refusal(access, caller);
    }
    exchange.getAttributes().put(Caller.class.getName(), caller);
    return GRANTED;
  }

  private static Refusal refusal(Access access, Caller caller) {
    return switch (caller) {
      case Caller.Local _ ->
          new Refusal(
              Refusal.Reason.KEY_MISSING,
              access == Access.INFERENCE
                  ? "an API key is needed here; send it as Authorization: Bearer KEY or x-api-key"
                  : "log in, or send an API key as Authorization: Bearer KEY or x-api-key");
      case Caller.User user when user.mustChangePassword() ->
          new Refusal(
              Refusal.Reason.PASSWORD_CHANGE_REQUIRED,
              "change the one-time password first: POST /api/v1/me/password");
      case Caller.User _, Caller.Key _ ->
          new Refusal(
              Refusal.Reason.ROLE_TOO_LOW,
              "this needs %s; %s has %s"
                  .formatted(
                      access == Access.INFERENCE
                          ? "the role developer or an API key"
                          : "the role " + access.leastRole().word(),
                      caller.name(),
                      caller.role().map(role -> "the role " + role.word()).orElse("no role")),
              access);
    };
  }
}
