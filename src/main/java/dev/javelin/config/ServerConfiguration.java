package dev.javelin.config;

import dev.javelin.engine.LoadPlanner;
import dev.javelin.engine.ModelOpener;
import io.github.resilience4j.timelimiter.TimeLimiterConfig;
import java.time.Clock;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** Beans that belong to no layer. */
@Configuration(proxyBeanMethods = false)
class ServerConfiguration {
  private static final Logger log = LoggerFactory.getLogger(ServerConfiguration.class);

  @Bean
  Clock clock() {
    return Clock.systemDefaultZone();
  }

  /** Of requests; the engine keeps it. */
  @Bean
  TimeLimiterConfig timeLimiterConfig(JavelinProperties properties) {
    return TimeLimiterConfig.custom().timeoutDuration(properties.requestTimeout()).build();
  }

  @Bean
  Backends backends(JavelinProperties properties) {
    Backends backends = Backends.choose(properties.device(), properties.home());
    log.info("{}", backends.description());
    return backends;
  }

  @Bean
  ModelOpener modelOpener(Backends backends) {
    return backends.engines();
  }

  @Bean
  LoadPlanner loadPlanner(Backends backends) {
    return backends.planner();
  }

  /**
   * Answers each request in a turn of its own of the event loop. Reactor Netty 1.3.7 and 1.3.8 stop
   * reading from a kept-alive connection when a request that had to queue is answered within the
   * turn that takes it from the queue (reactor-netty#4361).
   */
  @Bean
  WebServerFactoryCustomizer<NettyReactiveWebServerFactory> answersInTheirOwnTurn() {
    return factory ->
        factory.addServerCustomizers(
            server ->
                server.mapHandle(
                    (answer, connection) ->
                        answer.subscribeOn(
                            Schedulers.fromExecutor(connection.channel().eventLoop()))));
  }

  /** Where whatever blocks runs, off the event loop: one virtual thread a call. */
  @Bean(destroyMethod = "dispose")
  Scheduler blocking() {
    return Schedulers.fromExecutorService(Executors.newVirtualThreadPerTaskExecutor(), "blocking");
  }
}
