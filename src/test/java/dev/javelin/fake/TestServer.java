package dev.javelin.fake;

import dev.javelin.service.ModelEvent;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.event.EventListener;
import org.springframework.http.client.ReactorResourceFactory;

/**
 * What every server has that a test starts in its own JVM. It has started once the model that is
 * named at its start answers, or cannot be loaded: nobody who asks it finds the model on its way.
 * And it has threads of its own: the end of one server must not take the threads of the others.
 */
@TestConfiguration(proxyBeanMethods = false)
public class TestServer {
  private static final int PATIENCE_MINUTES = 5;

  private final CountDownLatch ended = new CountDownLatch(1);

  @EventListener
  void ended(ModelEvent event) {
    ended.countDown();
  }

  /** Hears this after every listener that begins something at the start. */
  @EventListener
  void await(AvailabilityChangeEvent<ReadinessState> event) throws InterruptedException {
    if (event.getState() == ReadinessState.ACCEPTING_TRAFFIC
        && event.getSource() instanceof ApplicationContext context
        && !"none".equals(context.getEnvironment().getProperty("javelin.model"))
        && !ended.await(PATIENCE_MINUTES, TimeUnit.MINUTES)) {
      throw new IllegalStateException("the model that was named at the start never came");
    }
  }

  @Bean
  ReactorResourceFactory reactorResourceFactory() {
    ReactorResourceFactory own = new ReactorResourceFactory();
    own.setUseGlobalResources(false);
    return own;
  }
}
