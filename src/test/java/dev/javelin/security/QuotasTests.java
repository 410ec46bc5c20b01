package dev.javelin.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.catalog.account.ApiKey;
import dev.javelin.catalog.account.Limits;
import dev.javelin.catalog.account.TenantQuota;
import dev.javelin.security.Quotas.Ticket;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import reactor.core.scheduler.Schedulers;

class QuotasTests {
  private static final Clock NOON =
      Clock.fixed(Instant.parse("2026-03-04T12:00:00Z"), ZoneOffset.UTC);
  private static final int THREADS = 16;
  private static final int EACH = 200;

  @Test
  void theLimitsOfKeyAndTenantHoldExactlyHoweverManyAskAtOnce() throws Exception {
    // 7 of each key's requests fit, 40 of the tenant's: 8 keys want 56.
    Quotas quotas = quotas(new Limits(40L, null, null, null));
    List<Caller> keys = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      keys.add(key("k" + i, new Limits(7L, null, null, null)));
    }
    AtomicLong admitted = new AtomicLong();
    AtomicLong[] perKey = new AtomicLong[8];
    java.util.Arrays.setAll(perKey, _ -> new AtomicLong());
    everywhere(
        at -> {
          try {
            quotas.begin(keys.get(at % 8), 10).end(10);
            admitted.incrementAndGet();
            perKey[at % 8].incrementAndGet();
          } catch (QuotaExceededException e) {
            assertThat(e.quota()).isEqualTo(Quota.REQUESTS_PER_MINUTE);
          }
        });
    assertThat(admitted).hasValue(40);
    assertThat(perKey).allSatisfy(count -> assertThat(count.get()).isLessThanOrEqualTo(7));
    assertThat(quotas.ofTenant("t")).isEqualTo(new QuotaUsage(40, 400, 400, 0));
  }

  @Test
  void whatRunsAtOnceNeverExceedsTheLimitAndNothingLeaks() throws Exception {
    Quotas quotas = quotas(Limits.NONE);
    Caller key = key("k", new Limits(null, null, null, 3L));
    AtomicLong running = new AtomicLong();
    AtomicLong most = new AtomicLong();
    everywhere(
        _ -> {
          try {
            Ticket ticket = quotas.begin(key, 5);
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            running.decrementAndGet();
            ticket.end(2);
            ticket.end(2);
          } catch (QuotaExceededException e) {
            assertThat(e.quota()).isEqualTo(Quota.CONCURRENT_REQUESTS);
          }
        });
    assertThat(most.get()).isBetween(1L, 3L);
    QuotaUsage usage = quotas.ofKey("k");
    assertThat(usage.concurrentRequests()).isZero();
    assertThat(usage.tokensInMinute()).isEqualTo(2 * usage.requestsInMinute());
    assertThat(usage).isEqualTo(quotas.ofTenant("t"));
  }

  @Test
  void tokensOfWhatRunsAreReserved() throws Exception {
    Quotas quotas = quotas(new Limits(null, 1000L, null, null));
    List<Ticket> held = java.util.Collections.synchronizedList(new ArrayList<>());
    everywhere(
        _ -> {
          try {
            held.add(quotas.begin(new Caller.Key(apiKey("k", Limits.NONE)), 30));
          } catch (QuotaExceededException e) {
            assertThat(e.quota()).isEqualTo(Quota.TOKENS_PER_MINUTE);
          }
        });
    assertThat(held).hasSize(33);
    held.forEach(ticket -> ticket.end(0));
    assertThat(quotas.ofTenant("t").tokensInMinute()).isZero();
  }

  private interface Action {
    void run(int number) throws Exception;
  }

  private static void everywhere(Action action) throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      List<Callable<Void>> tasks = new ArrayList<>();
      for (int thread = 0; thread < THREADS; thread++) {
        int first = thread;
        tasks.add(
            () -> {
              for (int i = 0; i < EACH; i++) {
                action.run(first + i);
              }
              return null;
            });
      }
      for (var done : threads.invokeAll(tasks)) {
        done.get();
      }
    }
  }

  private static Quotas quotas(Limits tenant) {
    return new Quotas(
        name -> Optional.of(new TenantQuota(name, tenant, 0)), NOON, Schedulers.immediate());
  }

  private static Caller key(String id, Limits limits) {
    return new Caller.Key(apiKey(id, limits));
  }

  private static ApiKey apiKey(String id, Limits limits) {
    return new ApiKey(
        id, id, "ada", "t", Optional.empty(), Set.of(), limits, "", Instant.EPOCH, null, null, 0);
  }
}
