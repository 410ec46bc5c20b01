package dev.javelin.fake;

import dev.javelin.tokenizer.IncrementalDecoder;
import dev.javelin.tokenizer.RenderedPrompt;
import dev.javelin.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;
import java.util.Set;

/** One token a byte; 256 ends an answer. */
public final class FakeTokenizer implements Tokenizer {
  public static final int EOS = 256;

  @Override
  public int vocabSize() {
    return 257;
  }

  @Override
  public int[] encode(String text, boolean addSpecialTokens, boolean parseSpecial) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int[] ids = new int[bytes.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = bytes[i] & 0xff;
    }
    return ids;
  }

  @Override
  public int[] encode(RenderedPrompt prompt) {
    return encode(prompt.text(), false, true);
  }

  @Override
  public String decode(int[] tokenIds, boolean skipSpecialTokens) {
    byte[] bytes = new byte[tokenIds.length];
    int count = 0;
    for (int id : tokenIds) {
      if (id != EOS) {
        bytes[count++] = (byte) id;
      }
    }
    return new String(bytes, 0, count, StandardCharsets.UTF_8);
  }

  @Override
  public IncrementalDecoder decoder(boolean skipSpecialTokens) {
    return new AsciiTokenizer().decoder(skipSpecialTokens);
  }

  @Override
  public byte[] tokenBytes(int tokenId) {
    return new byte[] {(byte) tokenId};
  }

  @Override
  public boolean isSpecial(int tokenId) {
    return tokenId == EOS;
  }

  @Override
  public OptionalInt bosTokenId() {
    return OptionalInt.empty();
  }

  @Override
  public Set<Integer> eosTokenIds() {
    return Set.of(EOS);
  }

  @Override
  public String bosToken() {
    return "";
  }

  @Override
  public String eosToken() {
    return "";
  }

  @Override
  public void close() {}
}
