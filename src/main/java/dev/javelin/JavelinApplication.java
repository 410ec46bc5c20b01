package dev.javelin;

import dev.javelin.service.ModelEvent;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.context.ApplicationListener;
import org.springframework.context.PayloadApplicationEvent;

/** The server. */
@SpringBootApplication
@ConfigurationPropertiesScan
public class JavelinApplication {

  /** Runs until it is told to end: exit code 0 then, 1 if it cannot start. */
  public static void main(String[] args) {
    AtomicInteger exitCode = new AtomicInteger();
    // The JVM would report an orderly end by signal as 130 or 143.
    SpringApplication.getShutdownHandlers().add(() -> Runtime.getRuntime().halt(exitCode.get()));
    SpringApplication application = new SpringApplication(JavelinApplication.class);
    ApplicationListener<PayloadApplicationEvent<ModelEvent>> endIfNoModel =
        event -> {
          if (event.getPayload() instanceof ModelEvent.LoadFailed(String name, String reason)) {
            System.err.printf("javelin: cannot load the model %s: %s%n", name, reason);
            exitCode.set(1);
            Thread.ofPlatform().start(() -> System.exit(1));
          }
        };
    application.addListeners(endIfNoModel);
    try {
      application.run(args);
    } catch (RuntimeException e) {
      // What went wrong was already reported, see StartupFailureReporter.
      exitCode.set(1);
      System.exit(1);
    }
  }
}
