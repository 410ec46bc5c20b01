package dev.javelin.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.context.ApplicationContextException;
import reactor.netty.ChannelBindException;

class StartupFailureReporterTests {
  private static String explained(Map<String, String> settings) {
    Binder binder = new Binder(new MapConfigurationPropertySource(settings));
    try {
      binder.bindOrCreate("javelin", JavelinProperties.class);
    } catch (org.springframework.boot.context.properties.bind.BindException e) {
      return String.valueOf(StartupFailureReporter.explain(new IllegalStateException("bean", e)));
    }
    throw new AssertionError("these can be: " + settings);
  }

  @Test
  void aSettingOfTheWrongKindIsNamedWithItsValue() {
    assertThat(explained(Map.of("javelin.max-body", "abc")))
        .startsWith("the setting javelin.max-body is 'abc': ");
    assertThat(explained(Map.of("javelin.device", "gpu")))
        .isEqualTo("the setting javelin.device is 'gpu': it must be one of [AUTO, CPU, CUDA]");
    assertThat(explained(Map.of("javelin.request-timeout", "0s")))
        .isEqualTo("the settings javelin are not valid: request-timeout must be above 0, not PT0S");
    assertThat(explained(Map.of("javelin.max-body", "-1B"))).contains("max-body must be from 1B");
  }

  @Test
  void anAddressThatIsNotOursIsNoTrace() {
    IOException cause = new IOException("bind(..) failed: Cannot assign requested address");
    assertThat(
            StartupFailureReporter.explain(
                new IllegalStateException(
                    ChannelBindException.fail(new InetSocketAddress("8.8.8.8", 80), cause))))
        .contains("cannot listen: ", "check --host and --port");
    assertThat(
            StartupFailureReporter.explain(
                new ApplicationContextException("Unable to start", new IOException("/nope.pem"))))
        .isEqualTo("cannot listen: /nope.pem; check the settings server.*");
    assertThat(
            StartupFailureReporter.explain(
                new ApplicationContextException(
                    "Unable to start", new BeanCreationException("a bug of ours"))))
        .isNull();
  }

  @Test
  void aDatabaseThatDoesNotOpenIsToldWithoutItsPassword() {
    SQLException unreadable =
        new SQLException(
            "Unable to parse URL jdbc:postgresql://h:x/db?user=u&password=planted&ssl=true");
    assertThat(StartupFailureReporter.explain(new IllegalStateException("context", unreadable)))
        .startsWith("cannot open the database: ")
        .contains("jdbc:postgresql://h:x/db?user=u&password=…&ssl=true");
    assertThat(Redaction.withoutPasswords("jdbc:h2:mem:a;PASSWORD=planted;MODE=x"))
        .isEqualTo("jdbc:h2:mem:a;PASSWORD=…;MODE=x");
    assertThat(Redaction.withoutPasswords("jdbc:x://user:planted@host:1/db"))
        .isEqualTo("jdbc:x://user:…@host:1/db");
    assertThat(Redaction.withoutPasswords("jdbc:x://host:1/db@2"))
        .isEqualTo("jdbc:x://host:1/db@2");
  }
}
