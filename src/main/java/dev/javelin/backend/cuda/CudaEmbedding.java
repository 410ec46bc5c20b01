package dev.javelin.backend.cuda;

import dev.javelin.backend.EmbeddingTable;
import dev.javelin.backend.cuda.CudaWeights.Matrix;
import dev.javelin.backend.cuda.kernel.EmbeddingKernels;
import dev.javelin.tensor.DType;
import dev.javelin.tensor.Tensor;

/** Gathers and decodes rows on the device. */
record CudaEmbedding(Matrix table, EmbeddingKernels kernels, CudaInputs inputs, CudaTokens chosen)
    implements EmbeddingTable {

  @Override
  public void gather(Tensor out, int[] tokenIds, int numTokens) {
    CudaBuffer.checkShape("embeddings", out, numTokens, table.columns());
    for (int i = 0; i < numTokens; i++) {
      if (tokenIds[i] < CudaTokens.LEAST_ID || tokenIds[i] >= table.rows()) {
        throw new IllegalArgumentException(
            "token %d of a vocabulary of %d".formatted(tokenIds[i], table.rows()));
      }
    }
    kernels.gather(
        table.format(),
        CudaBuffer.address(out, DType.BF16),
        table.address(),
        inputs.indices(tokenIds, numTokens),
        chosen.address(),
        numTokens,
        table.columns());
  }
}
