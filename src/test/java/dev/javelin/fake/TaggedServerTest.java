package dev.javelin.fake;

import dev.javelin.JavelinApplication;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.boot.test.context.SpringBootTest;

/** The whole server over {@link TaggedModels}, with no model at first. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@SpringBootTest(
    classes = {JavelinApplication.class, TaggedModels.Backend.class},
    webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
    properties = {
      "javelin.model=none",
      "javelin.data-dir=" + TaggedServerTest.DATA,
      "javelin.database-url=jdbc:h2:mem:swap;DB_CLOSE_DELAY=-1",
      "javelin.serving.breaker-failures=3",
      "javelin.serving.breaker-pause=1h",
      "spring.main.allow-bean-definition-overriding=true"
    })
public @interface TaggedServerTest {
  String DATA = "target/test-data-swap";
}
