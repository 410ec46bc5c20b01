package dev.javelin.fake;

import dev.javelin.catalog.account.ApiKeys;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;

/** Stands in for the real backends. */
@TestConfiguration(proxyBeanMethods = false)
public class FakeBackend {
  @Bean
  @Primary
  FakeModelOpener fakeModelOpener() {
    return new FakeModelOpener();
  }

  @Bean
  TestKeys testKeys(ApiKeys keys) {
    return new TestKeys(keys);
  }
}
