package dev.javelin.service;

import dev.javelin.security.Quota;
import dev.javelin.security.Quotas;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;

/** What keeps trouble from spreading, and how it stands: circuits, bulkheads and limits. */
@Component
public final class Guards {
  /** All of them at a moment. */
  public record GuardsView(
      List<Circuit> circuits,
      List<LoadBulkhead> bulkheads,
      TimeLimit timeLimit,
      List<RateLimit> rateLimits) {}

  /**
   * A circuit breaker: of an instance, or of the hub's listings or files.
   *
   * @param state CLOSED is good, OPEN refuses calls, HALF_OPEN tries one
   * @param calls lately
   * @param failed of these
   * @param refused since it was made
   */
  public record Circuit(
      String name, CircuitBreaker.State state, int calls, int failed, long refused) {}

  /**
   * How many loads a device takes at once.
   *
   * @param free how many more may begin now
   */
  public record LoadBulkhead(String name, int most, int free) {}

  /**
   * How long a request may take.
   *
   * @param expired sequences that took longer, since the start
   */
  public record TimeLimit(double seconds, long expired) {}

  /**
   * What keys and tenants are limited in.
   *
   * @param quota as the refusal names it
   * @param refused requests since the start
   */
  public record RateLimit(String quota, long refused) {}

  private final Instances instances;
  private final HubClient hub;
  private final Loads loads;
  private final RequestTimeLimit timeLimit;
  private final Quotas quotas;

  Guards(
      Instances instances, HubClient hub, Loads loads, RequestTimeLimit timeLimit, Quotas quotas) {
    this.instances = instances;
    this.hub = hub;
    this.loads = loads;
    this.timeLimit = timeLimit;
    this.quotas = quotas;
  }

  public GuardsView view() {
    return new GuardsView(
        Stream.of(instances.breakers(), hub.breakers()).flatMap(Guards::circuits).toList(),
        loads.bulkheads().getAllBulkheads().stream()
            .map(
                bulkhead ->
                    new LoadBulkhead(
                        bulkhead.getName(),
                        bulkhead.getMetrics().getMaxAllowedConcurrentCalls(),
                        bulkhead.getMetrics().getAvailableConcurrentCalls()))
            .sorted(Comparator.comparing(LoadBulkhead::name))
            .toList(),
        new TimeLimit(timeLimit.timeout().toMillis() / 1e3, timeLimit.expired()),
        Arrays.stream(Quota.values())
            .map(quota -> new RateLimit(quota.word(), quotas.refused(quota)))
            .toList());
  }

  private static Stream<Circuit> circuits(CircuitBreakerRegistry registry) {
    return registry.getAllCircuitBreakers().stream()
        .map(
            breaker ->
                new Circuit(
                    breaker.getName(),
                    breaker.getState(),
                    breaker.getMetrics().getNumberOfBufferedCalls(),
                    breaker.getMetrics().getNumberOfFailedCalls(),
                    breaker.getMetrics().getNumberOfNotPermittedCalls()))
        .sorted(Comparator.comparing(Circuit::name));
  }
}
