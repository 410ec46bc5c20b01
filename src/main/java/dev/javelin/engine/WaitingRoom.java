package dev.javelin.engine;

import dev.javelin.engine.request.EngineException;
import dev.javelin.engine.request.ErrorCode;
import dev.javelin.engine.request.Tenant;
import java.util.HashMap;
import java.util.Map;

/** Counts the requests that have not begun to run, so that the queue has an end. Thread-safe. */
final class WaitingRoom {
  private final int capacity;
  private final int capacityPerTenant;
  private final Map<String, Integer> tenants = new HashMap<>();
  private int size;

  /**
   * @param capacityPerTenant how many of them may be one tenant's
   */
  WaitingRoom(int capacity, int capacityPerTenant) {
    this.capacity = capacity;
    this.capacityPerTenant = capacityPerTenant;
  }

  /**
   * @throws EngineException QUEUE_FULL if {@link #enter} would not let one more in now
   */
  synchronized void checkRoom(Tenant tenant) {
    if (size >= capacity) {
      throw new EngineException(
          ErrorCode.QUEUE_FULL,
          "%d requests wait already, which is the most allowed; try again later"
              .formatted(capacity));
    }
    if (tenants.getOrDefault(tenant.id(), 0) >= capacityPerTenant) {
      throw new EngineException(
          ErrorCode.QUEUE_FULL,
          "%d of your requests wait already, which is the most allowed; try again later"
              .formatted(capacityPerTenant));
    }
  }

  /**
   * @throws EngineException QUEUE_FULL
   */
  synchronized void enter(Tenant tenant) {
    checkRoom(tenant);
    enterAgain(tenant);
  }

  /** Lets in who was in before, full or not. */
  synchronized void enterAgain(Tenant tenant) {
    tenants.merge(tenant.id(), 1, Integer::sum);
    size++;
  }

  synchronized void leave(Tenant tenant) {
    tenants.compute(tenant.id(), (_, own) -> own == null || own == 1 ? null : own - 1);
    size--;
  }
}
