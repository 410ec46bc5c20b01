package dev.javelin.engine.sampling.grammar.machine;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Characters as the bytes that spell them in UTF-8 (RFC 3629): never overlong, no surrogates. */
public final class Utf8 {
  private static final ByteSet CONTINUATION = ByteSet.range(0x80, 0xBF);

  private Utf8() {}

  /** One character of {@code set}. At most one path matches given bytes. */
  public static Expr oneOf(CharSet set) {
    Map<Expr, ByteSet> leads = new LinkedHashMap<>();
    for (int b = 0; b < 0x80; b++) {
      if (set.contains(b)) {
        add(leads, Expr.EMPTY, b);
      }
    }
    addLeads(leads, set.intersect(CharSet.range(0x80, 0x7FF)), 0xC0, 0xDF, 1);
    addLeads(leads, set.intersect(CharSet.range(0x800, 0xFFFF)), 0xE0, 0xEF, 2);
    addLeads(leads, set.intersect(CharSet.range(0x10000, CharSet.LAST)), 0xF0, 0xF4, 3);
    return alternatives(leads);
  }

  private static void addLeads(
      Map<Expr, ByteSet> leads, CharSet set, int first, int last, int continuations) {
    for (int b = first; b <= last; b++) {
      add(leads, rest(set, (b - first) << 6 * continuations, continuations), b);
    }
  }

  /** The continuation bytes of those characters whose value starts with {@code base}. */
  private static Expr rest(CharSet set, int base, int continuations) {
    int last = base + (1 << 6 * continuations) - 1;
    if (!set.touches(base, last)) {
      return Expr.NEVER;
    }
    if (set.covers(base, last)) {
      return new Expr.Seq(Collections.nCopies(continuations, new Expr.Bytes(CONTINUATION)));
    }
    Map<Expr, ByteSet> next = new LinkedHashMap<>();
    for (int c = 0; c < 64; c++) {
      int child = base + (c << 6 * (continuations - 1));
      Expr tail =
          continuations > 1
              ? rest(set, child, continuations - 1)
              : set.contains(child) ? Expr.EMPTY : Expr.NEVER;
      add(next, tail, 0x80 + c);
    }
    return alternatives(next);
  }

  private static void add(Map<Expr, ByteSet> byTail, Expr tail, int b) {
    if (!tail.equals(Expr.NEVER)) {
      byTail.merge(tail, ByteSet.of(b), (set, _) -> set.with(b));
    }
  }

  private static Expr alternatives(Map<Expr, ByteSet> byTail) {
    List<Expr> out = new ArrayList<>();
    byTail.forEach((tail, set) -> out.add(Expr.seq(new Expr.Bytes(set), tail)));
    return Expr.alt(out);
  }
}
