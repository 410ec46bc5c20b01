package dev.javelin.engine.scheduler;

import dev.javelin.engine.request.Tenant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whose turn it is. Each tenant has a counter of the tokens computed for it, divided by its weight,
 * and the lowest goes first (the virtual token counter of Sheng et al., OSDI 2024,
 * arXiv:2401.00588). Who comes back after a pause starts no lower than those who stayed, so that
 * nobody saves up. Engine thread only.
 */
final class FairShare {
  private final List<TenantQueue> tenants = new ArrayList<>();

  List<TenantQueue> tenants() {
    return tenants;
  }

  /** The queue of a tenant that is about to get a sequence. */
  TenantQueue enter(Tenant tenant) {
    TenantQueue found = find(tenant.id());
    if (found == null || !found.active()) {
      double least = leastServed();
      forgetIdle(least);
      found = find(tenant.id());
      if (found == null) {
        found = new TenantQueue(tenant.id());
        tenants.add(found);
      }
      found.served = Math.max(found.served, least == Double.POSITIVE_INFINITY ? 0 : least);
    }
    found.weight = tenant.weight();
    return found;
  }

  void beginStep() {
    for (int i = 0; i < tenants.size(); i++) {
      TenantQueue tenant = tenants.get(i);
      tenant.exhausted = !tenant.active();
      tenant.chosen = false;
    }
  }

  /** Whose turn it is among those that may still want something of this step; null: nobody's. */
  @Nullable TenantQueue next() {
    TenantQueue best = null;
    for (int i = 0; i < tenants.size(); i++) {
      TenantQueue tenant = tenants.get(i);
      if (!tenant.exhausted && (best == null || before(tenant, best))) {
        best = tenant;
      }
    }
    return best;
  }

  /** Who has most running sequences for its weight, and more than one; null: nobody. */
  @Nullable TenantQueue mostRunning() {
    TenantQueue most = null;
    for (int i = 0; i < tenants.size(); i++) {
      TenantQueue tenant = tenants.get(i);
      if (tenant.running > 1
          && (most == null || tenant.running / tenant.weight > most.running / most.weight)) {
        most = tenant;
      }
    }
    return most;
  }

  private static boolean before(TenantQueue a, TenantQueue b) {
    return a.served < b.served || (a.served == b.served && a.running < b.running);
  }

  private @Nullable TenantQueue find(String id) {
    for (int i = 0; i < tenants.size(); i++) {
      if (tenants.get(i).id.equals(id)) {
        return tenants.get(i);
      }
    }
    return null;
  }

  /** Of the active ones; infinite if there are none: then all begin anew. */
  private double leastServed() {
    double least = Double.POSITIVE_INFINITY;
    for (int i = 0; i < tenants.size(); i++) {
      if (tenants.get(i).active()) {
        least = Math.min(least, tenants.get(i).served);
      }
    }
    return least;
  }

  /** Idle tenants are kept only while they have had more than those who stayed. */
  private void forgetIdle(double least) {
    tenants.removeIf(tenant -> !tenant.active() && tenant.served <= least);
  }
}
