package dev.javelin.catalog;

import org.jspecify.annotations.Nullable;

/** Text that must fit its column. */
final class Texts {
  private Texts() {}

  /** The beginning, if it is longer than {@code length} characters. */
  static @Nullable String cut(@Nullable String text, int length) {
    return text == null || text.length() <= length ? text : text.substring(0, length - 1) + "…";
  }

  /** The end, if it is longer than {@code length} characters: of a log the end matters. */
  static String tail(String text, int length) {
    return text.length() <= length ? text : "…" + text.substring(text.length() - length + 1);
  }
}
