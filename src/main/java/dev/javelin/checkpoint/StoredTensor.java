package dev.javelin.checkpoint;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * One tensor of a mapped file; compared by identity of its memory, never as a value.
 *
 * @param name name in the file
 * @param fileOffset first byte in the file
 * @param shape outermost first
 * @param data the tensor's bytes, mapped
 */
record StoredTensor(
    Path file,
    String name,
    StorageType type,
    List<Long> shape,
    long fileOffset,
    MemorySegment data) {

  TensorInfo info() {
    return new TensorInfo(name, type.name(), shape, data.byteSize());
  }

  void unload() {
    if (data.isMapped()) {
      data.unload();
    }
  }

  static List<Long> shape(long[] dims) {
    return Arrays.stream(dims).boxed().toList();
  }
}
