package dev.javelin.api.openai;

import dev.javelin.tokenizer.Tokenizer;

/**
 * Where in an answer's text each token begins, in characters as Python counts them: a token that
 * goes on with a character begins where that character does.
 */
final class TextOffsets {
  private final Tokenizer tokenizer;
  private final boolean skipSpecial;
  private int begun;

  /**
   * @param skipSpecial control tokens are not in the text
   */
  TextOffsets(Tokenizer tokenizer, boolean skipSpecial) {
    this.tokenizer = tokenizer;
    this.skipSpecial = skipSpecial;
  }

  /** The offset of the answer's next token. */
  int next(int tokenId) {
    if (skipSpecial && tokenizer.isSpecial(tokenId)) {
      return begun;
    }
    byte[] bytes = tokenizer.tokenBytes(tokenId);
    int offset = bytes.length > 0 && continues(bytes[0]) ? Math.max(0, begun - 1) : begun;
    for (byte value : bytes) {
      if (!continues(value)) {
        begun++;
      }
    }
    return offset;
  }

  /** UTF-8: a byte 10xxxxxx goes on with a character. */
  private static boolean continues(byte value) {
    return (value & 0xC0) == 0x80;
  }
}
