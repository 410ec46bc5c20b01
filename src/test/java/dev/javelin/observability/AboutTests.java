package dev.javelin.observability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.javelin.api.admin.ApiClient;
import dev.javelin.catalog.account.Role;
import dev.javelin.fake.ServerTest;
import dev.javelin.fake.TestKeys;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

/** What a server says it is, in files that its build makes; Maven makes no bill offline. */
@ServerTest
class AboutTests {
  @LocalServerPort int port;
  @Autowired TestKeys keys;

  @Test
  void theVersionIsTold() {
    assumeBuilt("/META-INF/build-info.properties");
    JsonNode info = viewer().get("/actuator/info").is(200).json();
    assertThat(info.at("/build/artifact").asString("")).isEqualTo("javelin");
    assertThat(info.at("/build/version").asString("")).isNotEmpty();
  }

  @Test
  void whatItIsMadeOfIsTold() {
    assumeBuilt("/META-INF/sbom/application.cdx.json");
    JsonNode bom = viewer().get("/actuator/sbom/application").is(200).json();
    assertThat(bom.path("bomFormat").stringValue()).isEqualTo("CycloneDX");
    assertThat(bom.path("components").findValuesAsString("name"))
        .contains("spring-boot", "resilience4j-circuitbreaker", "httpclient5");
    new ApiClient(port, "").get("/actuator/sbom/application").is(401);
  }

  private static void assumeBuilt(String resource) {
    boolean built = AboutTests.class.getResource(resource) != null;
    if (!built) {
      System.out.println("SKIPPED: a test needs " + resource + ", which the Maven build makes");
    }
    assumeTrue(built);
  }

  private ApiClient viewer() {
    return new ApiClient(port, keys.with(Role.VIEWER));
  }
}
