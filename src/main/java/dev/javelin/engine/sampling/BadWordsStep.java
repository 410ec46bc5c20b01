package dev.javelin.engine.sampling;

import java.util.List;

/** Masks the token that would complete a forbidden sequence in the answer. */
final class BadWordsStep implements LogitsStep {
  private final int[][] words;
  private final History history;

  BadWordsStep(List<List<Integer>> badWords, History history) {
    words =
        badWords.stream()
            .map(word -> word.stream().mapToInt(Integer::intValue).toArray())
            .toArray(int[][]::new);
    this.history = history;
  }

  @Override
  public void apply(float[] logits, int offset) {
    for (int[] word : words) {
      int before = word.length - 1;
      if (before <= history.numOutput() && history.endsWith(word, before, 0)) {
        logits[offset + word[before]] = Float.NEGATIVE_INFINITY;
      }
    }
  }
}
