package dev.javelin.quant;

/** How the KV cache stores one element. Sizing code sees only {@code KvCache.bytesPerBlock()}. */
public enum KvDType {
  F32(4),
  F16(2),
  BF16(2);

  private final int bytes;

  KvDType(int bytes) {
    this.bytes = bytes;
  }

  public int bytes() {
    return bytes;
  }
}
