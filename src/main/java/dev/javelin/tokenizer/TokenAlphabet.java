package dev.javelin.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** How a model writes the bytes of a text in the spelling of its vocabulary. */
enum TokenAlphabet {
  /** GPT-2's: every byte is one printable character. */
  BYTE_LEVEL,
  /** U+2581 stands for a space; {@code <0xNN>} is one byte. */
  SENTENCE_PIECE,
  /** {@code ##} marks what goes on a word; everything else starts one. */
  WORD_PIECE;

  private static final char WORD_MARK = '\u2581';
  private static final int[] BYTE_OF_CHAR = byteOfChar();

  /** The bytes of an ordinary token; added tokens are their own text and do not come here. */
  byte[] bytes(String token) {
    return switch (this) {
      case BYTE_LEVEL -> byteLevel(token);
      case SENTENCE_PIECE -> sentencePiece(token);
      case WORD_PIECE -> utf8(token.startsWith("##") ? token.substring(2) : " " + token);
    };
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] byteLevel(String token) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(token.length());
    for (int i = 0; i < token.length(); i++) {
      char c = token.charAt(i);
      if (c >= BYTE_OF_CHAR.length || BYTE_OF_CHAR[c] < 0) {
        // not spelled in the alphabet: the reference decoder takes such a token as plain text
        return utf8(token);
      }
      bytes.write(BYTE_OF_CHAR[c]);
    }
    return bytes.toByteArray();
  }

  private static byte[] sentencePiece(String token) {
    if (token.length() == 6 && token.startsWith("<0x") && token.endsWith(">")) {
      int high = Character.digit(token.charAt(3), 16);
      int low = Character.digit(token.charAt(4), 16);
      if (high >= 0 && low >= 0) {
        return new byte[] {(byte) (high * 16 + low)};
      }
    }
    return utf8(token.replace(WORD_MARK, ' '));
  }

  /**
   * The inverse of GPT-2's {@code bytes_to_unicode}: bytes that print keep their code point, the
   * other 68 take U+0100 and up in order.
   */
  private static int[] byteOfChar() {
    int[] inverse = new int[0x100 + 68];
    Arrays.fill(inverse, -1);
    int next = 0x100;
    for (int b = 0; b < 256; b++) {
      boolean prints = (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
      inverse[prints ? b : next++] = b;
    }
    return inverse;
  }
}
