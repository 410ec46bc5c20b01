package dev.javelin.backend.cpu;

import dev.javelin.backend.AttentionMetadata;
import dev.javelin.backend.AttentionShape;
import dev.javelin.backend.RopeSpec;
import dev.javelin.tensor.Tensor;

/** Rotates queries and keys; the leader looks the pages of the table up before. */
final class RopeTask implements WorkerTeam.Task {
  private final WorkerTeam team;
  private float[][] pages = new float[16][];
  private int[] positions = new int[0];
  private float[] data = new float[0];
  private int offset;
  private int pitch;
  private int heads;
  private int headDim;
  private int rotaryDim;
  private RopeSpec.Layout layout = RopeSpec.Layout.HALVES;

  RopeTask(WorkerTeam team) {
    this.team = team;
  }

  void rotate(Tensor qkv, AttentionShape shape, CpuRopeTable table, AttentionMetadata metadata) {
    if (table.spec().rotaryDim() > shape.headDim()) {
      throw new IllegalArgumentException(
          "rotaryDim %d of heads of %d".formatted(table.spec().rotaryDim(), shape.headDim()));
    }
    if (pages.length < metadata.numTokens) {
      pages = new float[metadata.numTokens][];
    }
    for (int s = 0; s < metadata.numSequences; s++) {
      for (int row = metadata.queryStart[s]; row < metadata.queryStart[s + 1]; row++) {
        pages[row] = table.page(metadata.positions[row], metadata.ropeLength(s, row));
      }
    }
    positions = metadata.positions;
    data = HostBuffer.array(qkv);
    offset = HostBuffer.offset(qkv);
    pitch = shape.qkvSize();
    heads = shape.numHeads() + shape.numKvHeads();
    headDim = shape.headDim();
    rotaryDim = table.spec().rotaryDim();
    layout = table.spec().layout();
    team.run(this, metadata.numTokens, 8);
  }

  @Override
  public void run(int worker, int from, int to) {
    int half = rotaryDim / 2;
    for (int row = from; row < to; row++) {
      float[] page = pages[row];
      int cos = positions[row] % CpuRopeTable.PAGE * rotaryDim;
      for (int h = 0; h < heads; h++) {
        int at = offset + row * pitch + h * headDim;
        switch (layout) {
          case HALVES -> halves(data, at, page, cos, half);
          case INTERLEAVED -> interleaved(data, at, page, cos, half);
        }
      }
    }
  }

  private static void halves(float[] data, int at, float[] page, int cos, int half) {
    for (int i = 0; i < half; i++) {
      float a = data[at + i];
      float b = data[at + half + i];
      data[at + i] = a * page[cos + i] - b * page[cos + half + i];
      data[at + half + i] = b * page[cos + i] + a * page[cos + half + i];
    }
  }

  private static void interleaved(float[] data, int at, float[] page, int cos, int half) {
    for (int i = 0; i < half; i++) {
      float a = data[at + 2 * i];
      float b = data[at + 2 * i + 1];
      data[at + 2 * i] = a * page[cos + i] - b * page[cos + half + i];
      data[at + 2 * i + 1] = b * page[cos + i] + a * page[cos + half + i];
    }
  }
}
