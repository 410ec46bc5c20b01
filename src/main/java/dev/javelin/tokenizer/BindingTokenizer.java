package dev.javelin.tokenizer;

import dev.javelin.tokenizer.ControlTokenSplitter.Piece;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A tokenizer whose text goes through the native Hugging Face library, which here knows no control
 * token at all: those are split off before, so that nobody can write one by spelling it.
 */
final class BindingTokenizer implements Tokenizer {
  /**
   * What surrounds the text and ends an answer.
   *
   * @param prefix token ids before a text when special tokens are added
   * @param suffix token ids after it
   */
  record SpecialTokens(
      int[] prefix,
      int[] suffix,
      OptionalInt bosTokenId,
      String bosToken,
      String eosToken,
      Set<Integer> eosTokenIds) {}

  private final Vocabulary vocabulary;
  private final ControlTokenSplitter splitter;
  private final SpecialTokens special;
  private final NativeEncoder encoder;
  private final boolean stripLeadingSpace;

  BindingTokenizer(
      Vocabulary vocabulary,
      ControlTokenSplitter splitter,
      SpecialTokens special,
      NativeEncoder encoder,
      boolean stripLeadingSpace) {
    this.vocabulary = vocabulary;
    this.splitter = splitter;
    this.special = special;
    this.encoder = encoder;
    this.stripLeadingSpace = stripLeadingSpace;
  }

  @Override
  public int vocabSize() {
    return vocabulary.size();
  }

  @Override
  public int[] encode(String text, boolean addSpecialTokens, boolean parseSpecial) {
    IntSequence ids = new IntSequence(text.length() / 3 + 8);
    if (addSpecialTokens) {
      ids.addAll(special.prefix());
    }
    encodeInto(ids, text, parseSpecial ? null : new BitSet());
    if (addSpecialTokens) {
      ids.addAll(special.suffix());
    }
    return ids.toArray();
  }

  @Override
  public int[] encode(RenderedPrompt prompt) {
    BitSet trusted = new BitSet();
    int at = 0;
    for (RenderedPrompt.Segment segment : prompt.segments()) {
      int end = at + segment.text().length();
      trusted.set(at, end, segment.trusted());
      at = end;
    }
    IntSequence ids = new IntSequence(at / 3 + 8);
    encodeInto(ids, prompt.text(), trusted);
    return ids.toArray();
  }

  private void encodeInto(IntSequence ids, String text, @Nullable BitSet trusted) {
    List<Piece> pieces = splitter.split(text, trusted);
    for (Piece piece : pieces) {
      switch (piece) {
        case Piece.Control(int id) -> ids.add(id);
        case Piece.Plain(int start, int end) ->
            encoder.encode(text.substring(start, end), start == 0, ids);
      }
    }
  }

  @Override
  public String decode(int[] tokenIds, boolean skipSpecialTokens) {
    IncrementalDecoder decoder = decoder(skipSpecialTokens);
    StringBuilder text = new StringBuilder(tokenIds.length * 4);
    for (int id : tokenIds) {
      text.append(decoder.next(id));
    }
    return text.append(decoder.flush()).toString();
  }

  @Override
  public IncrementalDecoder decoder(boolean skipSpecialTokens) {
    return new ByteIncrementalDecoder(vocabulary, skipSpecialTokens, stripLeadingSpace);
  }

  @Override
  public byte[] tokenBytes(int tokenId) {
    return vocabulary.bytes(tokenId).clone();
  }

  @Override
  public boolean isSpecial(int tokenId) {
    return vocabulary.isControl(tokenId);
  }

  @Override
  public OptionalInt bosTokenId() {
    return special.bosTokenId();
  }

  @Override
  public Set<Integer> eosTokenIds() {
    return special.eosTokenIds();
  }

  @Override
  public String bosToken() {
    return special.bosToken();
  }

  @Override
  public String eosToken() {
    return special.eosToken();
  }

  @Override
  public void close() {
    encoder.close();
  }
}
