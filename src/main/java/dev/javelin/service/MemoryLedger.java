package dev.javelin.service;

import dev.javelin.backend.DeviceMemory;
import dev.javelin.backend.DeviceNeed;
import dev.javelin.engine.LoadPlanner;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.springframework.stereotype.Component;

/** Every reservation of every instance on every device of this node. */
@Component
public final class MemoryLedger {
  /**
   * One device.
   *
   * @param freeBytes what a further model may take
   */
  public record Device(
      String device, long totalBytes, long freeBytes, long reserveBytes, List<Owner> owners) {}

  /** Whose memory it is. */
  public record Owner(UUID instance, String label, DeviceNeed need) {}

  private static final class Reservation {
    final String label;
    final List<DeviceNeed> needs;
    boolean allocated;

    Reservation(String label, List<DeviceNeed> needs) {
      this.label = label;
      this.needs = List.copyOf(needs);
    }
  }

  private final LoadPlanner planner;
  private final long reserveBytes;
  private final Map<UUID, Reservation> reservations = new LinkedHashMap<>();

  MemoryLedger(LoadPlanner planner, ServingProperties properties) {
    this.planner = planner;
    reserveBytes = properties.memoryReserve().toBytes();
  }

  /** Takes the memory if it is free on every device. @return whether it was */
  synchronized boolean reserve(UUID instance, String label, List<DeviceNeed> needs) {
    Map<String, Long> free = free(Set.of());
    for (DeviceNeed need : needs) {
      if (need.totalBytes() > free.getOrDefault(need.device(), 0L)) {
        return false;
      }
    }
    reservations.put(instance, new Reservation(label, needs));
    return true;
  }

  /** The instance is loaded: from now on the device itself counts what it took. */
  synchronized void allocated(UUID instance) {
    Reservation reservation = reservations.get(instance);
    if (reservation != null) {
      reservation.allocated = true;
    }
  }

  synchronized void release(UUID instance) {
    reservations.remove(instance);
  }

  /** Bytes of each device that a model could take, if {@code unloaded} were gone. */
  synchronized Map<String, Long> free(Set<UUID> unloaded) {
    Map<String, Long> free = new LinkedHashMap<>();
    for (DeviceMemory device : planner.memory()) {
      long reserved = 0;
      long pending = 0;
      long returned = 0;
      for (Map.Entry<UUID, Reservation> entry : reservations.entrySet()) {
        Reservation reservation = entry.getValue();
        for (DeviceNeed need : reservation.needs) {
          if (!need.device().equals(device.device())) {
            continue;
          }
          if (unloaded.contains(entry.getKey())) {
            returned += reservation.allocated ? need.totalBytes() : 0;
          } else {
            reserved += need.totalBytes();
            pending += reservation.allocated ? 0 : need.totalBytes();
          }
        }
      }
      long byDevice = device.availableBytes() - pending + returned;
      long byLedger = device.totalBytes() - reserved;
      free.put(device.device(), Math.max(0, Math.min(byDevice, byLedger) - reserveBytes));
    }
    return free;
  }

  /** What one instance has reserved; empty if nothing. */
  public synchronized List<DeviceNeed> of(UUID instance) {
    Reservation reservation = reservations.get(instance);
    return reservation == null ? List.of() : reservation.needs;
  }

  /** What all instances have reserved on all devices. */
  synchronized List<DeviceNeed> reserved() {
    return reservations.values().stream().flatMap(taken -> taken.needs.stream()).toList();
  }

  public synchronized List<Device> devices() {
    Map<String, Long> free = free(Set.of());
    List<Device> devices = new ArrayList<>();
    for (DeviceMemory device : planner.memory()) {
      List<Owner> owners = new ArrayList<>();
      reservations.forEach(
          (id, reservation) ->
              reservation.needs.stream()
                  .filter(need -> need.device().equals(device.device()))
                  .forEach(need -> owners.add(new Owner(id, reservation.label, need))));
      devices.add(
          new Device(
              device.device(),
              device.totalBytes(),
              free.getOrDefault(device.device(), 0L),
              reserveBytes,
              List.copyOf(owners)));
    }
    return devices;
  }
}
