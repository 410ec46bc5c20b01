package dev.javelin.security;

import static dev.javelin.security.Access.ADMIN;
import static dev.javelin.security.Access.DEPLOYER;
import static dev.javelin.security.Access.DEVELOPER;
import static dev.javelin.security.Access.INFERENCE;
import static dev.javelin.security.Access.KNOWN;
import static dev.javelin.security.Access.LOCAL;
import static dev.javelin.security.Access.OPERATOR;
import static dev.javelin.security.Access.PUBLIC;
import static dev.javelin.security.Access.VIEWER;
import static org.springframework.http.HttpMethod.DELETE;
import static org.springframework.http.HttpMethod.GET;
import static org.springframework.http.HttpMethod.POST;
import static org.springframework.http.HttpMethod.PUT;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.PathContainer;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/**
 * Every route and the least access it needs. What is not listed here cannot be reached, and a route
 * that a controller maps without a line here fails the build (RouteRolesTests).
 */
public final class RouteRoles {
  /** A controller's mapping, spelt as there. */
  public record Route(HttpMethod method, String pattern, Access access) {}

  private static final List<Route> ROUTES =
      List.of(
          // probes and figures
          new Route(GET, "/livez", PUBLIC),
          new Route(GET, "/readyz", PUBLIC),
          new Route(GET, "/health", PUBLIC),
          new Route(GET, "/version", LOCAL),
          new Route(GET, "/metrics", LOCAL),
          new Route(GET, "/actuator/health", PUBLIC),
          new Route(GET, "/actuator/health/{*path}", PUBLIC),
          new Route(GET, "/actuator/prometheus", LOCAL),
          new Route(GET, "/actuator/info", LOCAL),
          new Route(GET, "/actuator/sbom", VIEWER),
          new Route(GET, "/actuator/sbom/{id}", VIEWER),

          // pages and their files
          new Route(GET, "/", LOCAL),
          new Route(GET, "/console/inherited", LOCAL),
          new Route(GET, "/console/overview", LOCAL),
          new Route(GET, "/console/requests", LOCAL),
          new Route(GET, "/console/requests/{id}", LOCAL),
          new Route(POST, "/console/requests/{id}/cancel", OPERATOR),
          new Route(POST, "/console/requests/{id}/replay", DEVELOPER),
          new Route(GET, "/console/models", VIEWER),
          new Route(GET, "/console/models/{model}", VIEWER),
          new Route(GET, "/console/models/{model}/versions/{number}", VIEWER),
          new Route(POST, "/console/models/{model}/load-profiles", DEPLOYER),
          new Route(POST, "/console/models/{model}/decoding-profiles", DEPLOYER),
          new Route(POST, "/console/models/{model}/aliases", DEPLOYER),
          new Route(POST, "/console/models/{model}/description", DEPLOYER),
          new Route(POST, "/console/models/{model}/delete", DEPLOYER),
          new Route(POST, "/console/models/{model}/versions/{number}/delete", DEPLOYER),
          new Route(POST, "/console/models/{model}/aliases/{alias}/delete", DEPLOYER),
          new Route(POST, "/console/models/{model}/load-profiles/{name}/delete", DEPLOYER),
          new Route(POST, "/console/models/{model}/decoding-profiles/{name}/delete", DEPLOYER),
          new Route(GET, "/console/add", DEPLOYER),
          new Route(POST, "/console/add", DEPLOYER),
          new Route(POST, "/console/add/models", DEPLOYER),
          new Route(POST, "/console/add/uploads/{id}/delete", DEPLOYER),
          new Route(GET, "/console/runtime", VIEWER),
          new Route(POST, "/console/runtime/loads", OPERATOR),
          new Route(POST, "/console/runtime/instances/{id}/unload", OPERATOR),
          new Route(POST, "/console/runtime/operations/{id}/cancel", OPERATOR),
          new Route(POST, "/console/runtime/swaps", DEPLOYER),
          new Route(POST, "/console/runtime/aliases/{alias}/policy", DEPLOYER),
          new Route(GET, "/console/metrics", LOCAL),
          new Route(GET, "/console/styleguide", LOCAL),
          new Route(GET, "/console/live", LOCAL),
          new Route(GET, "/console/events", LOCAL),
          new Route(GET, "/console/series", LOCAL),
          new Route(GET, "/console/requests.json", LOCAL),
          new Route(GET, "/console/assets/{digest}/{file:.+\\.(?:js|css|svg)}", PUBLIC),
          new Route(GET, "/console/{file:.+\\.(?:js|css|svg)}", PUBLIC),
          // each says on the page who may see what it holds
          new Route(GET, "/console/access", LOCAL),
          new Route(POST, "/console/access/keys", DEVELOPER),
          new Route(POST, "/console/access/keys/{id}/revoke", DEVELOPER),
          new Route(GET, "/console/access/people", LOCAL),
          new Route(POST, "/console/access/people", ADMIN),
          new Route(POST, "/console/access/people/{name}/role", ADMIN),
          new Route(POST, "/console/access/people/{name}/password", ADMIN),
          new Route(POST, "/console/access/people/{name}/delete", ADMIN),
          new Route(GET, "/console/access/quotas", LOCAL),
          new Route(POST, "/console/access/quotas", ADMIN),
          new Route(POST, "/console/access/quotas/{tenant}/delete", ADMIN),
          new Route(GET, "/console/audit", LOCAL),
          new Route(GET, "/console/audit/export", ADMIN),
          new Route(GET, "/console/settings", LOCAL),
          new Route(POST, "/console/settings/import", ADMIN),
          new Route(POST, "/console/settings/values", ADMIN),
          new Route(GET, "/console/settings/transfer", LOCAL),
          new Route(GET, "/console/settings/about", LOCAL),
          new Route(GET, "/login", PUBLIC),
          new Route(GET, "/password", KNOWN),
          new Route(POST, "/password", KNOWN),

          // inference
          new Route(POST, "/v1/chat/completions", INFERENCE),
          new Route(POST, "/v1/completions", INFERENCE),
          new Route(GET, "/v1/models", INFERENCE),
          new Route(GET, "/v1/models/{id}", INFERENCE),
          new Route(POST, "/tokenize", INFERENCE),
          new Route(POST, "/detokenize", INFERENCE),

          // management: what is registered
          new Route(GET, "/api/v1/models", VIEWER),
          new Route(POST, "/api/v1/models", DEPLOYER),
          new Route(GET, "/api/v1/models/{model}", VIEWER),
          new Route(PUT, "/api/v1/models/{model}", DEPLOYER),
          new Route(DELETE, "/api/v1/models/{model}", DEPLOYER),
          new Route(GET, "/api/v1/models/{model}/versions", VIEWER),
          new Route(POST, "/api/v1/models/{model}/versions", DEPLOYER),
          new Route(GET, "/api/v1/models/{model}/versions/{number}", VIEWER),
          new Route(DELETE, "/api/v1/models/{model}/versions/{number}", DEPLOYER),
          new Route(GET, "/api/v1/models/{model}/load-profiles", VIEWER),
          new Route(GET, "/api/v1/models/{model}/load-profiles/{name}", VIEWER),
          new Route(PUT, "/api/v1/models/{model}/load-profiles/{name}", DEPLOYER),
          new Route(DELETE, "/api/v1/models/{model}/load-profiles/{name}", DEPLOYER),
          new Route(GET, "/api/v1/models/{model}/decoding-profiles", VIEWER),
          new Route(GET, "/api/v1/models/{model}/decoding-profiles/{name}", VIEWER),
          new Route(PUT, "/api/v1/models/{model}/decoding-profiles/{name}", DEPLOYER),
          new Route(DELETE, "/api/v1/models/{model}/decoding-profiles/{name}", DEPLOYER),
          new Route(GET, "/api/v1/uploads", VIEWER),
          new Route(POST, "/api/v1/uploads", DEPLOYER),
          new Route(GET, "/api/v1/uploads/{id}", VIEWER),
          new Route(DELETE, "/api/v1/uploads/{id}", DEPLOYER),
          new Route(PUT, "/api/v1/uploads/{id}/files/{name}", DEPLOYER),
          new Route(POST, "/api/v1/uploads/{id}/complete", DEPLOYER),
          new Route(GET, "/api/v1/aliases", VIEWER),
          new Route(GET, "/api/v1/aliases/{alias}", VIEWER),
          new Route(PUT, "/api/v1/aliases/{alias}", DEPLOYER),
          new Route(DELETE, "/api/v1/aliases/{alias}", DEPLOYER),
          new Route(GET, "/api/v1/aliases/{alias}/history", VIEWER),
          new Route(GET, "/api/v1/aliases/{alias}/effective", VIEWER),
          new Route(POST, "/api/v1/aliases/{alias}/rollback", DEPLOYER),

          // management: what is in memory
          new Route(POST, "/api/v1/fit-checks", VIEWER),
          new Route(GET, "/api/v1/memory", VIEWER),
          new Route(GET, "/api/v1/guards", VIEWER),
          new Route(GET, "/api/v1/instances", VIEWER),
          new Route(POST, "/api/v1/instances", OPERATOR),
          new Route(GET, "/api/v1/instances/{id}", VIEWER),
          new Route(DELETE, "/api/v1/instances/{id}", OPERATOR),
          new Route(POST, "/api/v1/swaps", DEPLOYER),
          new Route(POST, "/api/v1/swaps/plan", VIEWER),
          new Route(GET, "/api/v1/operations", VIEWER),
          new Route(GET, "/api/v1/operations/{id}", VIEWER),
          new Route(POST, "/api/v1/operations/{id}/cancel", OPERATOR),
          new Route(GET, "/api/v1/requests", OPERATOR),
          new Route(GET, "/api/v1/requests/{id}", OPERATOR),
          new Route(DELETE, "/api/v1/requests/{id}", OPERATOR),
          // one's own; an administrator everyone's, as in the audit
          new Route(POST, "/api/v1/requests/{id}/replay", DEVELOPER),

          // management: the server
          new Route(GET, "/api/v1/events", VIEWER),
          new Route(GET, "/api/v1/settings", VIEWER),
          new Route(PUT, "/api/v1/settings/{key}", ADMIN),
          new Route(DELETE, "/api/v1/settings/{key}", ADMIN),
          new Route(GET, "/api/v1/config/export", ADMIN),
          new Route(POST, "/api/v1/config/import", ADMIN),
          new Route(GET, "/api/v1/openapi", VIEWER),
          new Route(GET, "/api/v1/openapi.yaml", VIEWER),
          new Route(GET, "/api/v1/openapi/swagger-config", VIEWER),
          new Route(GET, "/api/v1/docs", VIEWER),
          new Route(GET, "/api/v1/swagger-ui/{*path}", PUBLIC),

          // management: who may use the server
          new Route(GET, "/api/v1/me", KNOWN),
          new Route(POST, "/api/v1/me/password", KNOWN),
          new Route(GET, "/api/v1/users", ADMIN),
          new Route(POST, "/api/v1/users", ADMIN),
          new Route(GET, "/api/v1/users/{name}", ADMIN),
          new Route(PUT, "/api/v1/users/{name}", ADMIN),
          new Route(DELETE, "/api/v1/users/{name}", ADMIN),
          new Route(POST, "/api/v1/users/{name}/password", ADMIN),
          new Route(GET, "/api/v1/api-keys", DEVELOPER),
          new Route(POST, "/api/v1/api-keys", DEVELOPER),
          new Route(GET, "/api/v1/api-keys/{id}", DEVELOPER),
          new Route(DELETE, "/api/v1/api-keys/{id}", DEVELOPER),
          new Route(GET, "/api/v1/quotas", ADMIN),
          new Route(GET, "/api/v1/quotas/{tenant}", ADMIN),
          new Route(PUT, "/api/v1/quotas/{tenant}", ADMIN),
          new Route(DELETE, "/api/v1/quotas/{tenant}", ADMIN),
          new Route(GET, "/api/v1/audit", ADMIN),
          new Route(GET, "/api/v1/audit/verify", ADMIN));

  /** What the table says of a method and a path. */
  sealed interface Match {
    record Found(Access access) implements Match {}

    /** The path is listed with other methods. */
    record OtherMethods(Set<HttpMethod> allowed) implements Match {}

    record Unlisted() implements Match {}
  }

  private record Parsed(Route route, PathPattern pattern) {}

  private static final List<Parsed> PARSED =
      ROUTES.stream()
          .map(route -> new Parsed(route, PathPatternParser.defaultInstance.parse(route.pattern())))
          .sorted((a, b) -> a.pattern().compareTo(b.pattern()))
          .toList();

  private RouteRoles() {}

  public static List<Route> all() {
    return ROUTES;
  }

  /** The most specific pattern decides, as it does among controllers; HEAD counts as GET. */
  static Match match(HttpMethod method, PathContainer path) {
    HttpMethod asked = method == HttpMethod.HEAD ? GET : method;
    List<Parsed> matching = PARSED.stream().filter(route -> route.pattern().matches(path)).toList();
    return matching.stream()
        .filter(route -> route.route().method() == asked)
        .<Match>map(route -> new Match.Found(route.route().access()))
        .findFirst()
        .orElseGet(
            () ->
                matching.isEmpty()
                    ? new Match.Unlisted()
                    : new Match.OtherMethods(
                        matching.stream()
                            .map(route -> route.route().method())
                            .collect(Collectors.toUnmodifiableSet())));
  }
}
