package dev.javelin.config;

import dev.javelin.engine.ModelOpener;
import java.time.Clock;
import java.util.concurrent.Executors;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** Beans that belong to no layer. */
@Configuration(proxyBeanMethods = false)
class ServerConfiguration {
  @Bean
  Clock clock() {
    return Clock.systemDefaultZone();
  }

  @Bean
  ModelOpener modelOpener() {
    return Backends.cpu();
  }

  /** Where whatever blocks runs, off the event loop: one virtual thread a call. */
  @Bean(destroyMethod = "dispose")
  Scheduler blocking() {
    return Schedulers.fromExecutorService(Executors.newVirtualThreadPerTaskExecutor(), "blocking");
  }
}
