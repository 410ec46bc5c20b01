package dev.javelin.engine;

import dev.javelin.backend.DeviceNeed;
import java.util.List;

/**
 * What a load would take.
 *
 * @param options as they would come out, nothing zero but {@code threads}
 * @param needs one entry a device
 * @param bytesPerBlock of the KV cache
 * @param kvDevice the device that holds the KV cache
 */
public record LoadEstimate(
    LoadOptions options, List<DeviceNeed> needs, long bytesPerBlock, String kvDevice) {
  public LoadEstimate {
    needs = List.copyOf(needs);
  }
}
