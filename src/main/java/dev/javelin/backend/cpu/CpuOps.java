package dev.javelin.backend.cpu;

import dev.javelin.backend.Activation;
import dev.javelin.backend.AttentionMetadata;
import dev.javelin.backend.AttentionShape;
import dev.javelin.backend.AttentionSpec;
import dev.javelin.backend.KvCache;
import dev.javelin.backend.Ops;
import dev.javelin.backend.RopeTable;
import dev.javelin.tensor.Tensor;

/** Every op is one region of the team; small ones run on the leader alone. */
final class CpuOps implements Ops {
  private final RowTask rows;
  private final RopeTask rope;
  private final KvWriteTask kvWrite;
  private final AttentionTask attention;

  CpuOps(WorkerTeam team) {
    rows = new RowTask(team);
    rope = new RopeTask(team);
    kvWrite = new KvWriteTask(team);
    attention = new AttentionTask(team);
  }

  @Override
  public void rmsNorm(Tensor out, Tensor x, Tensor weight, float eps) {
    HostBuffer.checkShape("rmsNorm output", out, x.rows(), x.columns());
    checkElements(weight, x.columns());
    rows.rmsNorm(out, x, weight, eps);
  }

  @Override
  public void add(Tensor out, Tensor x) {
    HostBuffer.checkShape("add output", out, x.rows(), x.columns());
    rows.add(out, x);
  }

  @Override
  public void scale(Tensor x, float factor) {
    rows.scale(x, factor);
  }

  @Override
  public void softcap(Tensor x, float cap) {
    rows.softcap(x, cap);
  }

  @Override
  public void gatherRows(Tensor out, Tensor x, int[] from, int count) {
    HostBuffer.checkShape("gatherRows output", out, count, x.columns());
    int columns = x.columns();
    for (int i = 0; i < count; i++) {
      if (from[i] < 0 || from[i] >= x.rows()) {
        throw new IndexOutOfBoundsException("row %d of %s".formatted(from[i], x));
      }
      System.arraycopy(
          HostBuffer.array(x),
          HostBuffer.offset(x) + from[i] * columns,
          HostBuffer.array(out),
          HostBuffer.offset(out) + i * columns,
          columns);
    }
  }

  @Override
  public void headNorm(
      Tensor qkv, AttentionShape shape, Tensor queryWeight, Tensor keyWeight, float eps) {
    HostBuffer.checkShape("qkv", qkv, qkv.rows(), shape.qkvSize());
    checkElements(queryWeight, shape.headDim());
    checkElements(keyWeight, shape.headDim());
    rows.headNorm(qkv, shape, queryWeight, keyWeight, eps);
  }

  private static void checkElements(Tensor weight, int count) {
    if (weight.elements() != count) {
      throw new IllegalArgumentException("a weight of %d, got %s".formatted(count, weight));
    }
  }

  @Override
  public void rope(Tensor qkv, AttentionShape shape, RopeTable table, AttentionMetadata metadata) {
    HostBuffer.checkShape("qkv", qkv, metadata.numTokens, shape.qkvSize());
    if (!(table instanceof CpuRopeTable cpuTable)) {
      throw new IllegalArgumentException("not a rope table of the CPU backend");
    }
    rope.rotate(qkv, shape, cpuTable, metadata);
  }

  @Override
  public void writeKv(
      KvCache cache, int layer, Tensor qkv, AttentionShape shape, AttentionMetadata metadata) {
    HostBuffer.checkShape("qkv", qkv, metadata.numTokens, shape.qkvSize());
    kvWrite.write(checked(cache, layer, shape), layer, qkv, shape, metadata);
  }

  @Override
  public void attention(
      Tensor out,
      Tensor qkv,
      KvCache cache,
      int layer,
      AttentionSpec spec,
      AttentionMetadata metadata) {
    CpuKvCache cpuCache = checked(cache, layer, spec.shape());
    attention.attention(out, qkv, cpuCache, layer, spec, metadata);
  }

  private static CpuKvCache checked(KvCache cache, int layer, AttentionShape shape) {
    if (!(cache instanceof CpuKvCache cpuCache)) {
      throw new IllegalArgumentException("not a cache of the CPU backend");
    }
    cache.spec().check(layer, shape);
    return cpuCache;
  }

  @Override
  public void argmax(Tensor out, Tensor x) {
    HostBuffer.checkShape("argmax output", out, x.rows(), 1);
    rows.argmax(out, x);
  }

  @Override
  public void gatedActivation(Tensor out, Tensor gateUp, Activation activation) {
    HostBuffer.checkShape("gate and up", gateUp, out.rows(), 2 * out.columns());
    rows.gatedActivation(out, gateUp, activation);
  }
}
