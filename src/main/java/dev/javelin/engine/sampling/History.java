package dev.javelin.engine.sampling;

import java.util.Arrays;

/** The tokens of one sequence, prompt and answer. */
final class History {
  private int[] tokens;
  private int size;
  private final int promptLength;

  History(int[] promptTokenIds) {
    tokens = Arrays.copyOf(promptTokenIds, promptTokenIds.length + 16);
    promptLength = promptTokenIds.length;
    size = promptLength;
  }

  void append(int token) {
    if (size == tokens.length) {
      tokens = Arrays.copyOf(tokens, size * 2);
    }
    tokens[size++] = token;
  }

  int size() {
    return size;
  }

  /** Tokens of the answer. */
  int numOutput() {
    return size - promptLength;
  }

  /** The token {@code back} before the newest, which is 0. */
  int back(int back) {
    return tokens[size - 1 - back];
  }

  /** Whether {@code sequence[0 .. length)} ends {@code back} tokens before the newest one's end. */
  boolean endsWith(int[] sequence, int length, int back) {
    if (length + back > size) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (sequence[length - 1 - i] != back(back + i)) {
        return false;
      }
    }
    return true;
  }
}
