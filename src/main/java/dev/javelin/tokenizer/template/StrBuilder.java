package dev.javelin.tokenizer.template;

import java.util.Arrays;

/** Collects text with its provenance, up to a length no prompt needs. */
final class StrBuilder {
  static final int MAX_LENGTH = 32 << 20;

  private final StringBuilder text = new StringBuilder();
  private int[] ranges = new int[8];
  private int count;

  int length() {
    return text.length();
  }

  StrBuilder append(Str value) {
    int base = text.length();
    grow(value.text());
    int[] untrusted = value.untrustedRanges();
    for (int i = 0; i < untrusted.length; i += 2) {
      mark(base + untrusted[i], base + untrusted[i + 1]);
    }
    return this;
  }

  StrBuilder append(Str value, int from, int to) {
    return append(value.slice(from, to));
  }

  StrBuilder append(String value, boolean untrusted) {
    int base = text.length();
    grow(value);
    if (untrusted && !value.isEmpty()) {
      mark(base, text.length());
    }
    return this;
  }

  Str build() {
    return new Str(text.toString(), Arrays.copyOf(ranges, count));
  }

  private void grow(String value) {
    if ((long) text.length() + value.length() > MAX_LENGTH) {
      throw new EvaluationException("a text exceeds " + MAX_LENGTH + " characters");
    }
    text.append(value);
  }

  private void mark(int start, int end) {
    if (count > 0 && ranges[count - 1] == start) {
      ranges[count - 1] = end;
      return;
    }
    if (count == ranges.length) {
      ranges = Arrays.copyOf(ranges, count * 2);
    }
    ranges[count++] = start;
    ranges[count++] = end;
  }
}
