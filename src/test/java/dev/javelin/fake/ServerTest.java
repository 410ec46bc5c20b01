package dev.javelin.fake;

import dev.javelin.JavelinApplication;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.context.SpringBootTest;

/** The whole server on a free port, over a fake engine and a database in memory. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(FreshEngine.class)
@SpringBootTest(
    classes = {JavelinApplication.class, FakeBackend.class},
    webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
    properties = {
      "javelin.model=pom.xml",
      "javelin.data-dir=target/test-data",
      "javelin.database-url=jdbc:h2:mem:web;DB_CLOSE_DELAY=-1",
      "javelin.admin.password=" + ServerTest.ADMIN_PASSWORD,
      "javelin.max-body=100KB",
      "javelin.body-timeout=8s",
      "javelin.keep-alive=200ms",
      "spring.main.allow-bean-definition-overriding=true"
    })
public @interface ServerTest {
  /** Of the account "admin". */
  String ADMIN_PASSWORD = "correct horse battery";
}
