package dev.javelin.catalog.audit;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * An entry at its place in the chain.
 *
 * @param position 1, 2, 3 … without a gap
 * @param previous digest of the row before
 * @param digest of everything else in this row, in hex
 */
public record AuditRow(long position, AuditEntry entry, String previous, String digest) {

  /** The row that follows one at {@code position - 1} with the digest {@code previous}. */
  static AuditRow after(long position, String previous, AuditEntry entry) {
    return new AuditRow(position, entry, previous, digest(position, previous, entry));
  }

  boolean isWhole() {
    return digest.equals(digest(position, previous, entry));
  }

  /** Every field with its length in front, so that nothing can move from one to the next. */
  private static String digest(long position, String previous, AuditEntry entry) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      number(sha, position);
      number(sha, ChronoUnit.MICROS.between(Instant.EPOCH, entry.at()));
      text(sha, entry.actor());
      text(sha, entry.action());
      text(sha, entry.target());
      text(sha, entry.before());
      text(sha, entry.after());
      text(sha, entry.requestId());
      text(sha, previous);
      return HexFormat.of().formatHex(sha.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static void number(MessageDigest sha, long value) {
    sha.update(ByteBuffer.allocate(Long.BYTES).putLong(0, value));
  }

  private static void text(MessageDigest sha, @Nullable String value) {
    if (value == null) {
      number(sha, -1);
    } else {
      byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
      number(sha, bytes.length);
      sha.update(bytes);
    }
  }
}
