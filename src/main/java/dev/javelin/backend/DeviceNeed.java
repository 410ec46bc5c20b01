package dev.javelin.backend;

/**
 * What one model takes of one device.
 *
 * @param weightBytes as they are kept there, which may differ from how a file stores them
 * @param activationBytes temporaries of the largest step
 * @param workspaceBytes scratch that does not depend on the step
 */
public record DeviceNeed(
    String device, long weightBytes, long kvCacheBytes, long activationBytes, long workspaceBytes) {
  public long totalBytes() {
    return weightBytes + kvCacheBytes + activationBytes + workspaceBytes;
  }

  public DeviceNeed withWorkspaceBytes(long bytes) {
    return new DeviceNeed(device, weightBytes, kvCacheBytes, activationBytes, bytes);
  }
}
