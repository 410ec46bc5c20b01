package dev.javelin.tokenizer;

import java.util.OptionalInt;
import java.util.Set;

/** One model's tokenizer. Thread-safe. */
public interface Tokenizer extends AutoCloseable {
  int vocabSize();

  /**
   * @param addSpecialTokens add what the model's post-processor adds (BOS, EOS)
   * @param parseSpecial text that spells a control token becomes that token; otherwise it stays
   *     text
   */
  int[] encode(String text, boolean addSpecialTokens, boolean parseSpecial);

  /**
   * Encodes a rendered chat: control tokens are recognised only where the template itself wrote
   * them, never in what a user, a tool or a model wrote; everything else is as {@link
   * #encode(String, boolean, boolean)} gives it for the whole text. Adds no special tokens.
   */
  int[] encode(RenderedPrompt prompt);

  /**
   * Whether a text surely has more than so many tokens. Takes no more memory than a text of that
   * length does, however long this one is.
   */
  default boolean surelyExceeds(String text, int tokens) {
    return TextLength.surelyExceeds(this, text, tokens);
  }

  /** The whole text; bytes that are no UTF-8 become U+FFFD. */
  String decode(int[] tokenIds, boolean skipSpecialTokens);

  /** A decoder for one sequence's answer. */
  IncrementalDecoder decoder(boolean skipSpecialTokens);

  /** The bytes a token stands for inside a text (a control token's name in UTF-8). */
  byte[] tokenBytes(int tokenId);

  /** Whether a token is a control token rather than text. */
  boolean isSpecial(int tokenId);

  OptionalInt bosTokenId();

  /** Tokens that end an answer: the model's EOS and its chat format's end of turn. */
  Set<Integer> eosTokenIds();

  /** The text of BOS as templates see it, "" if none. */
  String bosToken();

  /** The text of EOS as templates see it, "" if none. */
  String eosToken();

  @Override
  void close();
}
