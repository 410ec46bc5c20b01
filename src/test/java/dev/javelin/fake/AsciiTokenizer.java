package dev.javelin.fake;

import dev.javelin.tokenizer.IncrementalDecoder;
import dev.javelin.tokenizer.RenderedPrompt;
import dev.javelin.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

/** A token is a character of ASCII; token 0 ends an answer. */
public final class AsciiTokenizer implements Tokenizer {
  public static final int EOS = 0;
  private final CountDownLatch endKnown;

  public AsciiTokenizer() {
    this(new CountDownLatch(0));
  }

  /** One that tells its end token once the latch is open; compiling grammars waits for that. */
  public AsciiTokenizer(CountDownLatch endKnown) {
    this.endKnown = endKnown;
  }

  @Override
  public int vocabSize() {
    return 128;
  }

  @Override
  public int[] encode(String text, boolean addSpecialTokens, boolean parseSpecial) {
    return text.chars().toArray();
  }

  @Override
  public int[] encode(RenderedPrompt prompt) {
    throw new UnsupportedOperationException("no test renders a chat for this tokenizer");
  }

  @Override
  public String decode(int[] tokenIds, boolean skipSpecialTokens) {
    StringBuilder text = new StringBuilder();
    for (int token : tokenIds) {
      text.append((char) token);
    }
    return text.toString();
  }

  @Override
  public IncrementalDecoder decoder(boolean skipSpecialTokens) {
    return new IncrementalDecoder() {
      @Override
      public String next(int tokenId) {
        return Character.toString(tokenId);
      }

      @Override
      public String flush() {
        return "";
      }
    };
  }

  @Override
  public byte[] tokenBytes(int tokenId) {
    return Character.toString(tokenId).getBytes(StandardCharsets.UTF_8);
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
    try {
      endKnown.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
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
