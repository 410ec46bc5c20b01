package dev.javelin.fake;

import dev.javelin.catalog.account.ApiKeys;
import java.io.IOException;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Primary;
import org.springframework.security.oauth2.client.registration.InMemoryReactiveClientRegistrationRepository;

/** Stands in for the real backends. */
@Import(TestServer.class)
@TestConfiguration(proxyBeanMethods = false)
public class FakeBackend {
  @Bean
  @Primary
  FakeModelOpener fakeModelOpener() {
    return new FakeModelOpener();
  }

  @Bean
  FakeIssuer fakeIssuer() throws IOException {
    return new FakeIssuer();
  }

  @Bean
  InMemoryReactiveClientRegistrationRepository registrations(FakeIssuer issuer) {
    return new InMemoryReactiveClientRegistrationRepository(issuer.registration());
  }

  @Bean
  TestKeys testKeys(ApiKeys keys) {
    return new TestKeys(keys);
  }

  @Bean
  @Primary
  FakePlanner fakePlanner() {
    return new FakePlanner();
  }
}
