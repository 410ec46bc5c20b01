package dev.javelin.backend.cpu;

import dev.javelin.backend.AttentionMetadata;
import dev.javelin.backend.AttentionShape;
import dev.javelin.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Stores the keys and values of a step. */
final class KvWriteTask implements WorkerTeam.Task {
  private final WorkerTeam team;
  private @Nullable CpuKvCache cache;
  private AttentionShape shape = new AttentionShape(1, 1, 1);
  private int layer;
  private int[] slots = new int[0];
  private float[] data = new float[0];
  private int offset;

  KvWriteTask(WorkerTeam team) {
    this.team = team;
  }

  void write(
      CpuKvCache target,
      int inLayer,
      Tensor qkv,
      AttentionShape heads,
      AttentionMetadata metadata) {
    long capacity = (long) target.numBlocks() * target.spec().blockSize();
    for (int row = 0; row < metadata.numTokens; row++) {
      if (metadata.slotMapping[row] < 0 || metadata.slotMapping[row] >= capacity) {
        throw new IllegalArgumentException(
            "slot %d of a cache of %d".formatted(metadata.slotMapping[row], capacity));
      }
    }
    cache = target;
    layer = inLayer;
    shape = heads;
    slots = metadata.slotMapping;
    data = HostBuffer.array(qkv);
    offset = HostBuffer.offset(qkv);
    team.run(this, metadata.numTokens, 8);
  }

  @Override
  public void run(int worker, int from, int to) {
    CpuKvCache target = cache;
    if (target == null) {
      throw new IllegalStateException("no write in progress");
    }
    int dim = shape.headDim();
    for (int row = from; row < to; row++) {
      int keys = offset + row * shape.qkvSize() + shape.querySize();
      for (int h = 0; h < shape.numKvHeads(); h++) {
        target.write(layer, slots[row], h, data, keys + h * dim, keys + shape.kvSize() + h * dim);
      }
    }
  }
}
