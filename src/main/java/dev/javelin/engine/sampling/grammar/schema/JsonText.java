package dev.javelin.engine.sampling.grammar.schema;

import dev.javelin.engine.sampling.grammar.machine.ByteSet;
import dev.javelin.engine.sampling.grammar.machine.CharSet;
import dev.javelin.engine.sampling.grammar.machine.Expr;
import dev.javelin.engine.sampling.grammar.machine.Utf8;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How JSON (RFC 8259) is spelled. White space is bounded, so that a model cannot go on with blanks:
 * nothing or one space after a colon; nothing, one space, or a line end with up to {@link
 * #MAX_INDENT} spaces or tabs inside brackets and after a comma; none around the whole text.
 */
final class JsonText {
  static final int MAX_INDENT = 20;

  /** Between the tokens inside brackets. */
  static final Expr GAP =
      Expr.optional(
          new Expr.Alt(
              List.of(
                  Expr.text(" "),
                  Expr.seq(
                      Expr.text("\n"),
                      new Expr.Alt(
                          List.of(
                              new Expr.Repeat(Expr.text(" "), 0, MAX_INDENT),
                              new Expr.Repeat(Expr.text("\t"), 1, MAX_INDENT)))))));

  static final Expr COLON = Expr.seq(Expr.text(":"), Expr.optional(Expr.text(" ")));
  static final Expr COMMA = Expr.seq(Expr.text(","), GAP);
  static final Expr QUOTE = Expr.text("\"");

  private static final CharSet CONTROL = CharSet.range(0, 0x1F);
  private static final CharSet RAW =
      CharSet.union(List.of(CONTROL, CharSet.of("\"\\"))).complement();
  private static final String SHORT = "\"\\\b\f\n\r\t";
  private static final String SHORT_LETTERS = "\"\\bfnrt";

  /** One character of a text in any spelling: raw, short or four-digit escape, surrogate pair. */
  static final Expr ANY_CHARACTER = anyCharacter();

  private JsonText() {}

  private static Expr anyCharacter() {
    Expr hex = bytes("0123456789abcdefABCDEF");
    Expr surrogates =
        Expr.seq(
            bytes("dD"),
            bytes("89abAB"),
            hex,
            hex,
            Expr.text("\\u"),
            bytes("dD"),
            bytes("cdefCDEF"),
            hex,
            hex);
    Expr scalar =
        new Expr.Alt(
            List.of(
                Expr.seq(bytes("0123456789abcefABCEF"), hex, hex, hex),
                Expr.seq(bytes("dD"), bytes("01234567"), hex, hex)));
    Expr escape =
        new Expr.Alt(
            List.of(
                bytes("\"\\/bfnrt"),
                Expr.seq(Expr.text("u"), new Expr.Alt(List.of(scalar, surrogates)))));
    return new Expr.Alt(List.of(Utf8.oneOf(RAW), Expr.seq(Expr.text("\\"), escape)));
  }

  private static Expr bytes(String ascii) {
    return new Expr.Bytes(ByteSet.of(ascii.chars().toArray()));
  }

  /** One character of {@code set}, each spelled in one way: raw where JSON allows it. */
  static Expr character(CharSet set) {
    List<Expr> options = new ArrayList<>();
    CharSet raw = set.intersect(RAW);
    if (!raw.isEmpty()) {
      options.add(Utf8.oneOf(raw));
    }
    for (int c = 0; c < 0x80; c++) {
      if (set.contains(c) && !RAW.contains(c)) {
        options.add(Expr.text(escaped(c)));
      }
    }
    return Expr.alt(options);
  }

  private static String escaped(int c) {
    int known = SHORT.indexOf(c);
    return known >= 0
        ? "\\" + SHORT_LETTERS.charAt(known)
        : String.format(Locale.ROOT, "\\u%04x", c);
  }

  /** A string with this value, in quotes. */
  static Expr string(String value) {
    StringBuilder out = new StringBuilder("\"");
    value
        .codePoints()
        .forEach(
            c -> {
              if (RAW.contains(c)) {
                out.appendCodePoint(c);
              } else {
                out.append(escaped(c));
              }
            });
    return Expr.text(out.append('"').toString());
  }

  /** {@code min}, at least 1, to {@code max} of {@code item}, separated by commas. */
  static Expr list(Expr item, int min, int max) {
    if (max == 0) {
      return Expr.NEVER;
    }
    int more = max == Expr.UNBOUNDED ? Expr.UNBOUNDED : max - 1;
    return Expr.seq(item, new Expr.Repeat(Expr.seq(COMMA, item), min - 1, more));
  }

  /**
   * @param inside not the empty text
   * @param mayBeEmpty whether the brackets may stand alone
   */
  static Expr bracketed(String open, Expr inside, boolean mayBeEmpty, String close) {
    Expr spaced = Expr.seq(inside, GAP);
    Expr between =
        !mayBeEmpty ? spaced : inside.equals(Expr.NEVER) ? Expr.EMPTY : Expr.optional(spaced);
    return Expr.seq(Expr.text(open), GAP, between, Expr.text(close));
  }
}
