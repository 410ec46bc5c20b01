package dev.javelin.observability;

import dev.javelin.security.Quota;
import dev.javelin.security.Quotas;
import dev.javelin.service.HubClient;
import dev.javelin.service.Instances;
import dev.javelin.service.Loads;
import dev.javelin.service.RequestTimeLimit;
import io.github.resilience4j.micrometer.tagged.TaggedBulkheadMetrics;
import io.github.resilience4j.micrometer.tagged.TaggedCircuitBreakerMetrics;
import io.github.resilience4j.micrometer.tagged.TaggedTimeLimiterMetrics;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.stereotype.Component;

/**
 * The states of circuit breakers, bulkheads and the time limiter as {@code resilience4j_*} metrics,
 * and what the limits of keys and tenants refused.
 */
@Component
final class ResilienceMetrics {
  ResilienceMetrics(
      Instances instances,
      HubClient hub,
      Loads loads,
      RequestTimeLimit timeLimit,
      Quotas quotas,
      MeterRegistry meters) {
    TaggedCircuitBreakerMetrics.ofCircuitBreakerRegistry(instances.breakers()).bindTo(meters);
    TaggedCircuitBreakerMetrics.ofCircuitBreakerRegistry(hub.breakers()).bindTo(meters);
    TaggedBulkheadMetrics.ofBulkheadRegistry(loads.bulkheads()).bindTo(meters);
    TaggedTimeLimiterMetrics.ofTimeLimiterRegistry(timeLimit.limiters()).bindTo(meters);
    for (Quota quota : Quota.values()) {
      FunctionCounter.builder("javelin.quota.refused", quotas, all -> all.refused(quota))
          .description("Requests that a limit of their key or tenant refused")
          .tag("quota", quota.word())
          .register(meters);
    }
  }
}
