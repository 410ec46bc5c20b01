package dev.javelin.engine.output;

import java.util.List;

/**
 * Finds stop strings in a text that comes in pieces. The longest end of the text that could still
 * become one is held back, so that no part of a stop string ever leaves. What comes out does not
 * depend on how the text was cut into pieces.
 */
public final class StopMatcher {
  private final List<String> stops;
  private final boolean includeStop;
  private final StringBuilder held = new StringBuilder();
  private boolean matched;

  /**
   * @param stops none empty
   * @param includeStop a matched string is given out too
   */
  public StopMatcher(List<String> stops, boolean includeStop) {
    this.stops = stops;
    this.includeStop = includeStop;
  }

  /**
   * Takes a piece; gives what is certain to belong to the answer. The stop string that is complete
   * first counts, the longest of those that end together; the text after it is dropped.
   */
  public String accept(String piece) {
    if (matched) {
      return "";
    }
    held.append(piece);
    int start = -1;
    int end = Integer.MAX_VALUE;
    for (String stop : stops) {
      int at = held.indexOf(stop);
      int stopEnd = at + stop.length();
      if (at >= 0 && (stopEnd < end || (stopEnd == end && at < start))) {
        start = at;
        end = stopEnd;
      }
    }
    if (start >= 0) {
      matched = true;
      return held.substring(0, includeStop ? end : start);
    }
    return take(held.length() - openLength());
  }

  public boolean matched() {
    return matched;
  }

  /** What was held back, once the text has ended without a stop string. */
  public String flush() {
    return matched ? "" : take(held.length());
  }

  /** Length of the longest end of the held text that begins a stop string. */
  private int openLength() {
    int longest = 0;
    for (String stop : stops) {
      for (int n = Math.min(stop.length() - 1, held.length()); n > longest; n--) {
        if (stop.startsWith(held.substring(held.length() - n))) {
          longest = n;
        }
      }
    }
    return longest;
  }

  private String take(int length) {
    String text = held.substring(0, length);
    held.delete(0, length);
    return text;
  }
}
