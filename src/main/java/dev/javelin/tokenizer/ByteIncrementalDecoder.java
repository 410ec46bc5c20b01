package dev.javelin.tokenizer;

import java.util.Arrays;

/** Joins the bytes of tokens; the only way from tokens to text, streamed or whole. */
final class ByteIncrementalDecoder implements IncrementalDecoder {
  private final Vocabulary vocabulary;
  private final boolean skipSpecialTokens;
  private final Utf8Assembler assembler = new Utf8Assembler();
  private boolean stripSpace;

  /**
   * @param stripLeadingSpace encoding puts a space before the text, so decoding takes one away
   */
  ByteIncrementalDecoder(
      Vocabulary vocabulary, boolean skipSpecialTokens, boolean stripLeadingSpace) {
    this.vocabulary = vocabulary;
    this.skipSpecialTokens = skipSpecialTokens;
    this.stripSpace = stripLeadingSpace;
  }

  @Override
  public String next(int tokenId) {
    if (skipSpecialTokens && vocabulary.isControl(tokenId)) {
      return "";
    }
    byte[] bytes = vocabulary.bytes(tokenId);
    if (stripSpace && bytes.length > 0) {
      stripSpace = false;
      if (bytes[0] == ' ') {
        bytes = Arrays.copyOfRange(bytes, 1, bytes.length);
      }
    }
    return assembler.append(bytes);
  }

  @Override
  public String flush() {
    return assembler.finish();
  }
}
