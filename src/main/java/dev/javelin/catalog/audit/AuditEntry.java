package dev.javelin.catalog.audit;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * Something that was done. Holds no secret: whoever writes one leaves them out. Made with {@link
 * #of}.
 *
 * @param at in whole microseconds
 * @param actor who, as in {@code user:ada}, {@code key:0123456789abcdef} or {@code local}
 * @param action what, as in {@code PUT /api/v1/aliases/{alias}} or {@code inference}
 * @param target on what, as in {@code /api/v1/aliases/chat}
 * @param before the state before as JSON; null if there was none
 * @param after the state after as JSON; null if there is none
 */
public record AuditEntry(
    Instant at,
    String actor,
    String action,
    String target,
    @Nullable String before,
    @Nullable String after,
    String requestId) {
  private static final int ACTOR = 160;
  private static final int ACTION = 160;
  private static final int TARGET = 1024;
  private static final int REQUEST_ID = 64;

  /** An entry that every database stores as it is: cuts what is longer than its column. */
  public static AuditEntry of(
      Instant at,
      String actor,
      String action,
      String target,
      @Nullable String before,
      @Nullable String after,
      String requestId) {
    return new AuditEntry(
        at.truncatedTo(ChronoUnit.MICROS),
        cut(actor, ACTOR),
        cut(action, ACTION),
        cut(target, TARGET),
        before == null ? null : clean(before),
        after == null ? null : clean(after),
        cut(requestId, REQUEST_ID));
  }

  private static String cut(String text, int most) {
    String clean = clean(text);
    return clean.length() <= most ? clean : clean.substring(0, most);
  }

  /** PostgreSQL stores no zero character, and half a surrogate pair has no UTF-8. */
  private static String clean(String text) {
    String utf8 = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    return utf8.replace('\0', '\ufffd');
  }
}
