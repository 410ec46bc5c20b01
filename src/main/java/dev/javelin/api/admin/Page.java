package dev.javelin.api.admin;

import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A part of a long list.
 *
 * @param next the cursor of the next page; null on the last one
 */
record Page<T>(List<T> items, @Nullable String next) {
  /** The id that sorts behind every other. */
  static final UUID END = new UUID(-1L, -1L);

  static final int MOST = 200;

  /**
   * Cuts {@code items}, of which one more than {@code limit} were looked for.
   *
   * @param cursor of an item, behind which a page may begin
   */
  static <T> Page<T> of(List<T> items, int limit, Function<T, ?> cursor) {
    if (items.size() <= limit) {
      return new Page<>(items, null);
    }
    List<T> page = items.subList(0, limit);
    return new Page<>(List.copyOf(page), String.valueOf(cursor.apply(page.getLast())));
  }

  /** All of a list that is never long. */
  static <T> Page<T> whole(List<T> items) {
    return new Page<>(items, null);
  }
}
