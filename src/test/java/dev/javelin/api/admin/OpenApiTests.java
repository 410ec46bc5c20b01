package dev.javelin.api.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.catalog.account.Role;
import dev.javelin.fake.ServerTest;
import dev.javelin.fake.TestKeys;
import dev.javelin.security.RouteRoles;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

@ServerTest
class OpenApiTests {
  @LocalServerPort int port;
  @Autowired TestKeys keys;

  @Test
  void theDocumentHasEveryRouteOfTheManagementApiAndNoOther() {
    JsonNode document = document();
    assertThat(document.path("openapi").stringValue()).startsWith("3.1");
    Set<String> documented = new TreeSet<>();
    for (Map.Entry<String, JsonNode> path : document.path("paths").properties()) {
      for (String method : path.getValue().propertyNames()) {
        documented.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey());
      }
    }
    Set<String> routes = new TreeSet<>();
    for (RouteRoles.Route route : RouteRoles.all()) {
      String pattern = route.pattern();
      if (pattern.startsWith("/api/v1/")
          && !pattern.startsWith("/api/v1/openapi")
          && !pattern.equals("/api/v1/docs")
          && !pattern.startsWith("/api/v1/swagger-ui")) {
        routes.add(route.method().name() + " " + pattern);
      }
    }
    assertThat(documented).isEqualTo(routes);
  }

  @Test
  void everyReferenceOfTheDocumentLeadsSomewhere() {
    JsonNode document = document();
    int found = 0;
    for (JsonNode reference : document.findValues("$ref")) {
      String pointer = reference.stringValue().substring(1);
      assertThat(document.at(pointer).isMissingNode()).as(pointer).isFalse();
      found++;
    }
    assertThat(found).isGreaterThan(50);
  }

  @Test
  void thePagesOfTheDocumentAreThere() {
    ApiClient api = new ApiClient(port, keys.with(Role.VIEWER));
    ApiClient.Answer page = api.get("/api/v1/docs");
    assertThat(page.status()).isBetween(300, 399);
    String location = page.header("Location");
    assertThat(api.get(location).status()).as(location).isEqualTo(200);
  }

  private JsonNode document() {
    return new ApiClient(port, keys.with(Role.VIEWER)).get("/api/v1/openapi").is(200).json();
  }
}
