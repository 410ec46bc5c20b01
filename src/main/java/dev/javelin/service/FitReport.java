package dev.javelin.service;

import dev.javelin.backend.DeviceNeed;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether a load would fit, and what to do if not.
 *
 * @param maxContextThatFits tokens; 0 if not even the weights fit
 * @param remedies the cheapest ways that would fit, cheapest first; empty if it fits
 */
public record FitReport(
    boolean fits,
    List<DeviceFit> perDevice,
    Parts parts,
    LoadSettings effective,
    int maxContextThatFits,
    List<Remedy> remedies) {

  /**
   * @param headroomBytes what would stay free; negative: what is missing
   */
  public record DeviceFit(String device, long freeBytes, long neededBytes, long headroomBytes) {}

  /** Bytes on all devices together. */
  public record Parts(long weights, long kv, long activations, long workspace) {
    static Parts of(List<DeviceNeed> needs) {
      return new Parts(
          needs.stream().mapToLong(DeviceNeed::weightBytes).sum(),
          needs.stream().mapToLong(DeviceNeed::kvCacheBytes).sum(),
          needs.stream().mapToLong(DeviceNeed::activationBytes).sum(),
          needs.stream().mapToLong(DeviceNeed::workspaceBytes).sum());
    }
  }

  /**
   * One way out.
   *
   * @param kind {@code kv-type}, {@code shorter-context}, {@code smaller-steps} or {@code unload}
   * @param subject the type, the most tokens, or the label of what is unloaded
   * @param body of the call that applies it; null where it has none
   */
  public record Remedy(
      String kind,
      String subject,
      String description,
      String method,
      String path,
      @Nullable Object body) {}
}
