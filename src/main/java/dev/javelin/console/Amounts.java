package dev.javelin.console;

import dev.javelin.catalog.account.Limits;
import dev.javelin.service.Problem;
import dev.javelin.service.ProblemException;
import org.jspecify.annotations.Nullable;

/** Whole numbers as people write them into forms; nothing written is no number. */
final class Amounts {
  private Amounts() {}

  /**
   * @throws ProblemException INVALID_REQUEST if it is no whole number from {@code least} on
   */
  static @Nullable Long read(String field, @Nullable String text, long least) {
    if (text == null || text.isBlank()) {
      return null;
    }
    try {
      long number = Long.parseLong(text.strip());
      if (number >= least) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Said below, as for a number that is too small.
    }
    throw new ProblemException(
        Problem.ofField(
                "/" + field,
                "%s is a whole number from %d on, or empty, but is '%s'"
                    .formatted(field, least, text))
            .said("whole-number", least, text));
  }

  /**
   * @throws ProblemException as {@link #read}
   */
  static Limits limits(
      @Nullable String requestsPerMinute,
      @Nullable String tokensPerMinute,
      @Nullable String tokensPerDay,
      @Nullable String concurrentRequests) {
    return new Limits(
        read("requestsPerMinute", requestsPerMinute, 0),
        read("tokensPerMinute", tokensPerMinute, 0),
        read("tokensPerDay", tokensPerDay, 0),
        read("concurrentRequests", concurrentRequests, 0));
  }

  /** What a field says, without blanks around it; null if nothing. */
  static @Nullable String given(@Nullable String text) {
    return text == null || text.isBlank() ? null : text.strip();
  }

  static @Nullable String write(@Nullable Long number) {
    return number == null ? null : number.toString();
  }
}
