package dev.javelin.backend.cpu;

import dev.javelin.backend.EmbeddingTable;
import dev.javelin.quant.PackedWeight;
import dev.javelin.tensor.Tensor;

/** Decodes the rows of a mapped table; nothing is copied at load. */
final class CpuEmbedding implements EmbeddingTable, WorkerTeam.Task {
  private final PackedWeight weight;
  private final WorkerTeam team;
  private int[] ids = new int[0];
  private float[] target = new float[0];
  private int targetOffset;

  CpuEmbedding(PackedWeight weight, WorkerTeam team) {
    this.weight = weight;
    this.team = team;
  }

  @Override
  public void gather(Tensor out, int[] tokenIds, int numTokens) {
    HostBuffer.checkShape("embeddings", out, numTokens, weight.columns());
    for (int i = 0; i < numTokens; i++) {
      if (tokenIds[i] < 0 || tokenIds[i] >= weight.rows()) {
        throw new IllegalArgumentException(
            "token %d of a vocabulary of %d".formatted(tokenIds[i], weight.rows()));
      }
    }
    ids = tokenIds;
    target = HostBuffer.array(out);
    targetOffset = HostBuffer.offset(out);
    team.run(this, numTokens, 8);
  }

  @Override
  public void run(int worker, int from, int to) {
    for (int i = from; i < to; i++) {
      weight.decodeRow(ids[i], target, targetOffset + i * weight.columns());
    }
  }
}
