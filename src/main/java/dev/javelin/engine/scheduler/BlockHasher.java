package dev.javelin.engine.scheduler;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Hashes of full blocks, chained: each covers its tokens, everything before them and the scope they
 * are shared in. 128 bits of SHA-256, because equal hashes share keys without a look at the tokens,
 * and a caller must not be able to make another's. Not thread-safe.
 */
final class BlockHasher {
  private final MessageDigest digest;
  private final byte[] result = new byte[32];
  private ByteBuffer bytes = ByteBuffer.allocate(256);
  private long high;
  private long low;

  BlockHasher() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  long high() {
    return high;
  }

  long low() {
    return low;
  }

  /** Begins a chain: blocks are found again only under the same scope and length. */
  void root(String scope, int length) {
    byte[] name = scope.getBytes(StandardCharsets.UTF_8);
    digest.update(name);
    reserve(4);
    bytes.putInt(length);
    finish();
  }

  /** The hash of the block {@code tokens[from, to)} after the block with the hash given. */
  void next(long previousHigh, long previousLow, int[] tokens, int from, int to) {
    reserve(16 + 4 * (to - from));
    bytes.putLong(previousHigh).putLong(previousLow);
    for (int i = from; i < to; i++) {
      bytes.putInt(tokens[i]);
    }
    finish();
  }

  private void reserve(int size) {
    if (bytes.capacity() < size) {
      bytes = ByteBuffer.allocate(size);
    }
    bytes.clear();
  }

  private void finish() {
    digest.update(bytes.array(), 0, bytes.position());
    try {
      digest.digest(result, 0, result.length);
    } catch (DigestException e) {
      throw new IllegalStateException("a SHA-256 digest has 32 bytes", e);
    }
    ByteBuffer words = ByteBuffer.wrap(result);
    high = words.getLong();
    low = words.getLong();
  }
}
