package dev.javelin.tokenizer.template;

import java.util.Arrays;
import java.util.function.UnaryOperator;

/**
 * A string that knows which of its ranges came from outside the template. Equality looks at the
 * text alone. Offsets are UTF-16 units unless a method says code points, in which Python counts.
 */
final class Str implements Value {
  static final Str EMPTY = new Str("", new int[0]);
  private static final int[] NOTHING = {};

  private final String text;

  /** Starts and ends of the untrusted ranges: ascending, not empty, not touching. */
  private final int[] untrusted;

  Str(String text, int[] untrusted) {
    this.text = text;
    this.untrusted = untrusted;
  }

  static Str trusted(String text) {
    return new Str(text, NOTHING);
  }

  static Str untrusted(String text) {
    return text.isEmpty() ? EMPTY : new Str(text, new int[] {0, text.length()});
  }

  static Str of(String text, boolean tainted) {
    return tainted ? untrusted(text) : trusted(text);
  }

  String text() {
    return text;
  }

  boolean tainted() {
    return untrusted.length > 0;
  }

  boolean isEmpty() {
    return text.isEmpty();
  }

  /** Code points. */
  int size() {
    return text.codePointCount(0, text.length());
  }

  /** The UTF-16 offset of a code point. */
  int offset(int codePoint) {
    return text.offsetByCodePoints(0, codePoint);
  }

  Str slice(int from, int to) {
    if (from >= to) {
      return EMPTY;
    }
    if (from == 0 && to == text.length()) {
      return this;
    }
    int[] ranges = new int[untrusted.length];
    int count = 0;
    for (int i = 0; i < untrusted.length; i += 2) {
      int start = Math.max(untrusted[i], from);
      int end = Math.min(untrusted[i + 1], to);
      if (start < end) {
        ranges[count++] = start - from;
        ranges[count++] = end - from;
      }
    }
    return new Str(text.substring(from, to), Arrays.copyOf(ranges, count));
  }

  Str plus(Str other) {
    return new StrBuilder().append(this).append(other).build();
  }

  /** Each range of equal trust changed on its own, for changes that look at single characters. */
  Str mapRuns(UnaryOperator<String> change) {
    StrBuilder result = new StrBuilder();
    forEachRun((run, trusted) -> result.append(change.apply(run), !trusted));
    return result.build();
  }

  /** Another text made of this one: the ranges stay if its length is the same, else all taints. */
  Str withText(String changed) {
    return changed.length() == text.length() ? new Str(changed, untrusted) : of(changed, tainted());
  }

  void forEachRun(RunConsumer consumer) {
    int position = 0;
    for (int i = 0; i < untrusted.length; i += 2) {
      if (position < untrusted[i]) {
        consumer.accept(text.substring(position, untrusted[i]), true);
      }
      consumer.accept(text.substring(untrusted[i], untrusted[i + 1]), false);
      position = untrusted[i + 1];
    }
    if (position < text.length()) {
      consumer.accept(text.substring(position), true);
    }
  }

  int[] untrustedRanges() {
    return untrusted;
  }

  @Override
  public String typeName() {
    return "str";
  }

  @Override
  public boolean truthy() {
    return !text.isEmpty();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Str that && text.equals(that.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }

  /** Takes the ranges of equal trust in order. */
  interface RunConsumer {
    void accept(String run, boolean trusted);
  }
}
