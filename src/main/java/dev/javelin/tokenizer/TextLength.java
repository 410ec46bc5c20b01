package dev.javelin.tokenizer;

/**
 * Judges texts that are too long for a context without encoding all of them: what the native
 * library needs for a token is many times its text, and it ends the process where it gets none.
 */
final class TextLength {
  /** Characters; a shorter text is encoded anyway. */
  private static final int LONG = 1 << 18;

  private static final int SLICE = 1 << 16;

  /** Cutting a text splits the token at the cut, and with it perhaps some around it. */
  private static final int TOKENS_OF_A_CUT = 64;

  private TextLength() {}

  /** Spelled control tokens count as one, the least that they can be. */
  static boolean surelyExceeds(Tokenizer tokenizer, String text, int tokens) {
    if (text.length() <= LONG) {
      return false;
    }
    long seen = 0;
    for (int at = 0; at < text.length(); at += SLICE) {
      String slice = text.substring(at, Math.min(at + SLICE, text.length()));
      seen += Math.max(0, tokenizer.encode(slice, false, true).length - TOKENS_OF_A_CUT);
      if (seen > tokens) {
        return true;
      }
    }
    return false;
  }
}
