package dev.javelin.service;

import dev.javelin.service.Problem.Type;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which bytes of a file a request carries, as {@code Content-Range} says (<a
 * href="https://www.rfc-editor.org/rfc/rfc9110#section-14.4">RFC 9110</a>).
 *
 * @param end the first byte that is not carried
 */
record ByteRange(long start, long end) {
  private static final Pattern FORM =
      Pattern.compile("bytes (\\d{1,18})-(\\d{1,18})/(\\d{1,18}|\\*)");

  /**
   * @param header null: the whole file
   * @throws ProblemException INVALID_REQUEST if it has another form, RANGE_NOT_SATISFIABLE if it is
   *     no part of a file of {@code size} bytes
   */
  static ByteRange of(@Nullable String header, long size) {
    if (header == null) {
      return new ByteRange(0, size);
    }
    Matcher form = FORM.matcher(header.strip());
    if (!form.matches()) {
      throw new ProblemException(
          Type.INVALID_REQUEST,
          "Content-Range is '%s'; its form is 'bytes FIRST-LAST/SIZE'".formatted(header));
    }
    long first = Long.parseLong(form.group(1));
    long last = Long.parseLong(form.group(2));
    boolean sizeAgrees = form.group(3).equals("*") || Long.parseLong(form.group(3)) == size;
    if (first > last || last >= size || !sizeAgrees) {
      throw new ProblemException(
          Type.RANGE_NOT_SATISFIABLE,
          "'%s' is no part of a file of %d bytes".formatted(header, size));
    }
    return new ByteRange(first, last + 1);
  }

  long length() {
    return end - start;
  }
}
