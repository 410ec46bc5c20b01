package dev.javelin.tensor;

/** Memory owned by one backend. Only that backend knows how to read or write it. */
public interface DeviceBuffer {
  long byteSize();
}
