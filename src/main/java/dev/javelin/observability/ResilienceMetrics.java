package dev.javelin.observability;

import dev.javelin.service.Instances;
import dev.javelin.service.Loads;
import io.github.resilience4j.micrometer.tagged.TaggedBulkheadMetrics;
import io.github.resilience4j.micrometer.tagged.TaggedCircuitBreakerMetrics;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.stereotype.Component;

/** The states of circuit breakers and bulkheads as {@code resilience4j_*} metrics. */
@Component
final class ResilienceMetrics {
  ResilienceMetrics(Instances instances, Loads loads, MeterRegistry meters) {
    TaggedCircuitBreakerMetrics.ofCircuitBreakerRegistry(instances.breakers()).bindTo(meters);
    TaggedBulkheadMetrics.ofBulkheadRegistry(loads.bulkheads()).bindTo(meters);
  }
}
