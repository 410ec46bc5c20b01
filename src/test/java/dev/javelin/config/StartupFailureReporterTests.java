package dev.javelin.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import org.junit.jupiter.api.Test;

class StartupFailureReporterTests {
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
