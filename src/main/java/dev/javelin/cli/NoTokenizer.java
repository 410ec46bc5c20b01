package dev.javelin.cli;

import dev.javelin.tokenizer.IncrementalDecoder;
import dev.javelin.tokenizer.RenderedPrompt;
import dev.javelin.tokenizer.Tokenizer;
import java.util.OptionalInt;
import java.util.Set;

/** For random weights, whose tokens are no text. */
record NoTokenizer(int vocabSize) implements Tokenizer {
  @Override
  public int[] encode(String text, boolean addSpecialTokens, boolean parseSpecial) {
    throw new UnsupportedOperationException("random weights have no text");
  }

  @Override
  public int[] encode(RenderedPrompt prompt) {
    throw new UnsupportedOperationException("random weights have no text");
  }

  @Override
  public String decode(int[] tokenIds, boolean skipSpecialTokens) {
    return "";
  }

  @Override
  public IncrementalDecoder decoder(boolean skipSpecialTokens) {
    return new IncrementalDecoder() {
      @Override
      public String next(int tokenId) {
        return "";
      }

      @Override
      public String flush() {
        return "";
      }
    };
  }

  @Override
  public byte[] tokenBytes(int tokenId) {
    return new byte[0];
  }

  @Override
  public boolean isSpecial(int tokenId) {
    return false;
  }

  @Override
  public OptionalInt bosTokenId() {
    return OptionalInt.empty();
  }

  @Override
  public Set<Integer> eosTokenIds() {
    return Set.of();
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
