package dev.javelin.api.admin;

import dev.javelin.catalog.Revision;
import dev.javelin.service.Problem.Type;
import dev.javelin.service.ProblemException;
import java.util.Arrays;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Strong validators and the conditions made of them, see <a
 * href="https://www.rfc-editor.org/rfc/rfc9110#section-13">RFC 9110</a>.
 */
final class ETags {
  private ETags() {}

  /** Differs between states of a row, and between a row and one made after it was deleted. */
  static String of(UUID id, long revision) {
    return "\"%s-%d\"".formatted(id.toString().substring(24), revision);
  }

  /**
   * The state that a change of something that exists is meant for.
   *
   * @param ifMatch the header; null without one
   * @throws ProblemException PRECONDITION_REQUIRED without the header, PRECONDITION_FAILED if it
   *     means another state
   */
  static Revision required(@Nullable String ifMatch, UUID id, long revision) {
    String current = of(id, revision);
    if (ifMatch == null) {
      throw new ProblemException(
          Type.PRECONDITION_REQUIRED,
          "say with If-Match which state you change; it is at " + current);
    }
    boolean meant =
        ifMatch.strip().equals("*")
            || Arrays.stream(ifMatch.split(",")).map(String::strip).anyMatch(current::equals);
    if (!meant) {
      throw new ProblemException(
          Type.PRECONDITION_FAILED,
          "it was changed meanwhile: it is at %s, not at %s".formatted(current, ifMatch));
    }
    return new Revision.Exactly(revision);
  }

  /**
   * The condition for making something that does not exist.
   *
   * @throws ProblemException PRECONDITION_FAILED if the header names a state of it
   */
  static Revision absent(@Nullable String ifMatch) {
    if (ifMatch != null) {
      throw new ProblemException(
          Type.PRECONDITION_FAILED, "there is nothing here yet that could match " + ifMatch);
    }
    return new Revision.Absent();
  }
}
