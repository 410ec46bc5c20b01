package dev.javelin.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.catalog.account.Role;
import dev.javelin.fake.ServerTest;
import dev.javelin.fake.TestKeys;
import dev.javelin.security.RouteRoles.Route;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.PathContainer;
import org.springframework.web.reactive.result.method.RequestMappingInfo;
import org.springframework.web.reactive.result.method.RequestMappingInfoHandlerMapping;

/**
 * Every route that exists is in {@link RouteRoles}, every route there exists, and each can be used
 * with the access it names and with no less.
 */
@ServerTest
class RouteRolesTests {
  /** A proxy's header, which makes a request not local. */
  private static final String ELSEWHERE = "X-Forwarded-For";

  @LocalServerPort int port;
  @Autowired List<RequestMappingInfoHandlerMapping> mappings;
  @Autowired TestKeys keys;
  private final HttpClient client = HttpClient.newHttpClient();

  @Test
  void everyMappedRouteIsListedAndEveryListedRouteIsMapped() {
    Set<String> mapped = new TreeSet<>();
    for (RequestMappingInfoHandlerMapping mapping : mappings) {
      mapping.getHandlerMethods().keySet().forEach(info -> mapped.addAll(routes(info)));
    }
    assertThat(mapped).contains("POST /v1/chat/completions", "GET /actuator/prometheus");
    // Whoever adds a controller adds a line to RouteRoles; here nothing has to change.
    assertThat(listed()).containsAll(mapped);
    Set<String> files =
        RouteRoles.all().stream()
            .filter(
                route ->
                    route.pattern().contains("/{file:") || route.pattern().contains("/swagger-ui/"))
            .map(RouteRolesTests::text)
            .collect(Collectors.toSet());
    Set<String> withoutFiles = new TreeSet<>(listed());
    withoutFiles.removeAll(files);
    assertThat(mapped).containsAll(withoutFiles);
  }

  @Test
  void everyStaticFileIsListed() throws IOException {
    Resource[] files =
        new PathMatchingResourcePatternResolver().getResources("classpath*:/static/**/*.*");
    assertThat(files).isNotEmpty();
    for (Resource file : files) {
      String url = file.getURL().toString();
      String path = url.substring(url.indexOf("/static/") + "/static".length());
      assertThat(RouteRoles.match(HttpMethod.GET, PathContainer.parsePath(path)))
          .as(path)
          .isEqualTo(new RouteRoles.Match.Found(Access.PUBLIC));
    }
  }

  @Test
  void eachRouteTakesItsLeastAccessAndNoLess() throws Exception {
    Map<Role, String> byRole = new EnumMap<>(Role.class);
    for (Role role : Role.values()) {
      byRole.put(role, keys.with(role));
    }
    String inference = keys.inference();
    List<String> wrong = new ArrayList<>();
    int proved = 0;
    for (Route route : RouteRoles.all()) {
      boolean open = route.access() == Access.PUBLIC;
      proved += check(wrong, route, "anonymous", null, open ? Answer.PASSED : Answer.UNKNOWN);
      proved += check(wrong, route, "a made-up key", KeyText.fresh().reveal(), Answer.UNKNOWN);
      boolean infers = open || route.access() == Access.INFERENCE || route.access() == Access.KNOWN;
      proved +=
          check(wrong, route, "inference", inference, infers ? Answer.PASSED : Answer.FORBIDDEN);
      for (Role role : Role.values()) {
        // A key of any role may infer, as a person who is only a viewer may not.
        boolean may = infers || route.access().isCoveredBy(role);
        proved +=
            check(
                wrong,
                route,
                role.word(),
                byRole.get(role),
                may ? Answer.PASSED : Answer.FORBIDDEN);
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(proved).isEqualTo(RouteRoles.all().size() * (3 + Role.values().length));
  }

  @Test
  void whatIsNotListedIsNotThere() throws Exception {
    String admin = keys.with(Role.ADMIN);
    for (String path :
        List.of("/actuator", "/nothing", "/v1/nothing", "/console/application.yml")) {
      assertThat(send("GET", path, admin).statusCode()).as(path).isEqualTo(404);
    }
    HttpResponse<?> method = send("DELETE", "/api/v1/me", admin);
    assertThat(method.statusCode()).isEqualTo(405);
    assertThat(method.headers().firstValue("Allow")).contains("GET");
  }

  private enum Answer {
    PASSED,
    UNKNOWN,
    FORBIDDEN;

    static Answer of(int status) {
      return switch (status) {
        case 401 -> UNKNOWN;
        case 403 -> FORBIDDEN;
        default -> PASSED;
      };
    }
  }

  /** Adds a line to {@code wrong} if the answer differs; counts one. */
  private int check(List<String> wrong, Route route, String who, String key, Answer expected)
      throws Exception {
    String path =
        route.pattern().replaceAll("\\{file:[^/]*", "console.css").replace("/{*path}", "/none");
    HttpResponse<?> response =
        send(route.method().name(), path.replaceAll("\\{[^}]*}", "none"), key);
    Answer answer = Answer.of(response.statusCode());
    if (answer != expected || response.statusCode() == 500) {
      wrong.add(
          "%s as %s: %s with %d, not %s"
              .formatted(text(route), who, answer, response.statusCode(), expected));
    }
    return 1;
  }

  /** As from elsewhere, without a body. */
  private HttpResponse<?> send(String method, String path, String key) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .method(method, HttpRequest.BodyPublishers.noBody())
            .header(ELSEWHERE, "192.0.2.1");
    if (key != null) {
      request.header("Authorization", "Bearer " + key);
    }
    HttpResponse<InputStream> response =
        client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    // Some answers are streams without an end.
    response.body().close();
    return response;
  }

  private static Set<String> listed() {
    return RouteRoles.all().stream()
        .map(RouteRolesTests::text)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String text(Route route) {
    return route.method() + " " + route.pattern();
  }

  private static Set<String> routes(RequestMappingInfo info) {
    Set<String> methods =
        info.getMethodsCondition().getMethods().stream()
            .map(Enum::name)
            .collect(Collectors.toSet());
    Stream<String> patterns =
        info.getPatternsCondition().getPatterns().stream()
            .map(pattern -> pattern.getPatternString());
    return patterns
        .flatMap(
            pattern ->
                (methods.isEmpty() ? Set.of("ANY") : methods)
                    .stream().map(method -> method + " " + pattern))
        .collect(Collectors.toSet());
  }
}
