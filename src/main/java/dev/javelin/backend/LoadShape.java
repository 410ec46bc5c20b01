package dev.javelin.backend;

import dev.javelin.quant.WeightFormat;
import java.util.List;

/**
 * Everything of a model and its load options that decides how much memory it takes.
 *
 * @param linears every matrix that is multiplied with, the head included
 * @param embedding the table that is looked up
 * @param vectorFloats elements of norms and biases together
 * @param hiddenSize width of the residual
 * @param qkvSize width of the fused query, key and value projection
 * @param querySize width of the attention's output
 * @param innerSize width of the feed-forward network
 * @param stepTokens most tokens of a step
 * @param stepLogits most rows of logits of a step
 * @param threads 0: the backend chooses
 */
public record LoadShape(
    List<Matrix> linears,
    Matrix embedding,
    long vectorFloats,
    int hiddenSize,
    int qkvSize,
    int querySize,
    int innerSize,
    int vocabSize,
    int contextLength,
    int stepTokens,
    int stepLogits,
    KvCacheSpec kvCache,
    int numBlocks,
    int threads) {
  public LoadShape {
    linears = List.copyOf(linears);
  }

  /** A weight [rows, columns] as a file stores it. */
  public record Matrix(WeightFormat format, int rows, int columns) {}
}
