package dev.javelin.backend;

/**
 * Memory of one device at a moment.
 *
 * @param device {@code host}, {@code java-heap}, {@code cuda:0} …
 * @param totalBytes what this process may use at most, container limits included
 * @param availableBytes what is free of it now
 */
public record DeviceMemory(String device, long totalBytes, long availableBytes) {
  /** The device's name of this JVM's heap. */
  public static final String JAVA_HEAP = "java-heap";
}
