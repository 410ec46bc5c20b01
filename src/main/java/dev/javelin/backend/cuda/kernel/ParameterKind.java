package dev.javelin.backend.cuda.kernel;

/** What a kernel may take: its C type's size and alignment in bytes. */
public enum ParameterKind {
  POINTER(8, 8),
  INT(4, 4),
  LONG(8, 8),
  FLOAT(4, 4),
  /** A {@code CUtensorMap} by value. */
  TENSOR_MAP(128, 64);

  private final int bytes;
  private final int alignment;

  ParameterKind(int bytes, int alignment) {
    this.bytes = bytes;
    this.alignment = alignment;
  }

  int bytes() {
    return bytes;
  }

  int alignment() {
    return alignment;
  }
}
