package dev.javelin.tokenizer;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Joins bytes that arrive in pieces into text and holds back a character that is still open. The
 * texts joined equal {@code new String(allBytes, UTF_8)}. One user at a time.
 */
final class Utf8Assembler {
  private final CharsetDecoder decoder =
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPLACE)
          .onUnmappableCharacter(CodingErrorAction.REPLACE);
  private byte[] open = new byte[0];

  String append(byte[] bytes) {
    return decode(bytes, false);
  }

  /** Ends the text; the assembler can be used again afterwards. */
  String finish() {
    return decode(new byte[0], true);
  }

  private String decode(byte[] bytes, boolean end) {
    ByteBuffer in = ByteBuffer.allocate(open.length + bytes.length).put(open).put(bytes).flip();
    // UTF-8 never has more UTF-16 units than bytes, replacements included
    CharBuffer out = CharBuffer.allocate(in.remaining() + 1);
    decoder.decode(in, out, end);
    open = new byte[in.remaining()];
    in.get(open);
    if (end) {
      decoder.flush(out);
      decoder.reset();
    }
    return out.flip().toString();
  }
}
