package dev.javelin.security;

import dev.javelin.catalog.account.Limits;
import dev.javelin.catalog.account.TenantQuota;
import dev.javelin.catalog.account.TenantQuotas;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;
import reactor.core.scheduler.Scheduler;

/**
 * Holds every request to the limits of its key and of its tenant. A request is counted with the
 * most it may use and, when it ends, with what it used, so the limits hold however many run at
 * once. Counts live in this process: a second server on the same database counts its own.
 */
@Component
public final class Quotas {
  private static final String TENANT = "the tenant ";

  private final ConcurrentHashMap<String, Meter> meters = new ConcurrentHashMap<>();
  private final List<LongAdder> refused =
      Stream.generate(LongAdder::new).limit(Quota.values().length).toList();
  private final Remembered<Limits> tenants;
  private final Clock clock;

  @Autowired
  Quotas(TenantQuotas tenants, Clock clock, Scheduler blocking) {
    this(tenants::find, clock, blocking);
  }

  Quotas(Function<String, Optional<TenantQuota>> tenants, Clock clock, Scheduler blocking) {
    // That a tenant has none is remembered too.
    this.tenants =
        new Remembered<>(
            tenant ->
                Optional.of(tenants.apply(tenant).map(TenantQuota::limits).orElse(Limits.NONE)),
            blocking);
    this.clock = clock;
  }

  /** A running request's part of the counts. */
  public final class Ticket {
    private final Meter tenant;
    private final @Nullable Meter key;
    private final long mostTokens;
    private final Instant began;
    private final AtomicBoolean ended = new AtomicBoolean();

    private Ticket(Meter tenant, @Nullable Meter key, long mostTokens, Instant began) {
      this.tenant = tenant;
      this.key = key;
      this.mostTokens = mostTokens;
      this.began = began;
    }

    /** Counts what was really used; only the first call counts. */
    public void end(long usedTokens) {
      if (!ended.compareAndSet(false, true)) {
        return;
      }
      long unused = Math.max(0, mostTokens - usedTokens);
      for (Meter meter : key == null ? new Meter[] {tenant} : new Meter[] {tenant, key}) {
        synchronized (meter) {
          meter.end(began, unused, clock.instant());
        }
      }
    }
  }

  /**
   * May block on the database.
   *
   * @param mostTokens prompt and answers together
   * @throws QuotaExceededException if a limit of the key or the tenant would not hold
   */
  public Ticket begin(Caller caller, long mostTokens) {
    try {
      return admit(caller, mostTokens);
    } catch (QuotaExceededException e) {
      refused.get(e.quota().ordinal()).increment();
      throw e;
    }
  }

  private Ticket admit(Caller caller, long mostTokens) {
    Meter tenant = meter(TENANT + caller.tenant());
    Limits tenantLimits = tenants.now(caller.tenant()).orElse(Limits.NONE);
    // The tenant's monitor is always taken first, so two requests cannot wait for each other.
    synchronized (tenant) {
      Instant now = clock.instant();
      tenant.check(tenantLimits, mostTokens, now);
      Meter key = null;
      if (caller instanceof Caller.Key(var known)) {
        key = meter("the key " + known.id());
        synchronized (key) {
          key.check(known.limits(), mostTokens, now);
          key.begin(mostTokens, now);
        }
      }
      tenant.begin(mostTokens, now);
      return new Ticket(tenant, key, mostTokens, now);
    }
  }

  /** Requests that this limit refused since the start, of all keys and tenants. */
  public long refused(Quota quota) {
    return refused.get(quota.ordinal()).sum();
  }

  /** To be called after a tenant's limits changed, so that the change holds at once. */
  public void forget(String tenant) {
    tenants.forget(tenant);
  }

  /** Those that called since the start. */
  public Set<String> tenants() {
    return meters.keySet().stream()
        .filter(subject -> subject.startsWith(TENANT))
        .map(subject -> subject.substring(TENANT.length()))
        .collect(Collectors.toUnmodifiableSet());
  }

  /** What a tenant has used. */
  public QuotaUsage ofTenant(String tenant) {
    return usage(TENANT + tenant);
  }

  /** What a key has used. */
  public QuotaUsage ofKey(String id) {
    return usage("the key " + id);
  }

  private QuotaUsage usage(String subject) {
    Meter meter = meters.get(subject);
    if (meter == null) {
      return QuotaUsage.NONE;
    }
    synchronized (meter) {
      return meter.usage(clock.instant());
    }
  }

  private Meter meter(String subject) {
    return meters.computeIfAbsent(subject, Meter::new);
  }
}
