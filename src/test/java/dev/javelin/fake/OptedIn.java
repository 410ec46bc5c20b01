package dev.javelin.fake;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.test.context.TestPropertySource;

/** A {@link ServerTest} of a server that keeps what was said, and has secrets of its own. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ServerTest
@TestPropertySource(
    properties = {
      "javelin.data-dir=target/test-data-opted-in",
      "javelin.database-url=jdbc:h2:mem:opted-in;DB_CLOSE_DELAY=-1;USER=javelin;PASSWORD="
          + OptedIn.DATABASE_PASSWORD,
      // What Spring adds must be what the address says.
      "spring.datasource.username=javelin",
      "spring.datasource.password=" + OptedIn.DATABASE_PASSWORD,
      "javelin.audit.bodies=true",
      "javelin.serving.hub-token=" + OptedIn.HUB_TOKEN,
      "javelin.serving.hub-url=http://127.0.0.1:1",
      "javelin.serving.hub-allow-private=true",
      "javelin.serving.hub-retry-pause=1ms"
    })
public @interface OptedIn {
  String DATABASE_PASSWORD = "planted-database-password";
  String HUB_TOKEN = "planted-hub-token";
}
