package dev.javelin.quant;

/** How the KV cache stores one element. Sizing code sees only {@code KvCache.bytesPerBlock()}. */
public enum KvDType {
  F32,
  F16
}
