package dev.javelin.tokenizer;

/**
 * Turns one sequence's tokens into text as they come. Never gives half a character; the pieces
 * joined are exactly what {@link Tokenizer#decode} gives for the whole.
 */
public interface IncrementalDecoder {
  /** Text that is complete after this token; often "", when a character is still open. */
  String next(int tokenId);

  /** What is left at the end: an incomplete character becomes U+FFFD. */
  String flush();
}
