package dev.javelin.backend.cpu;

import dev.javelin.backend.Activation;
import dev.javelin.backend.AttentionShape;
import dev.javelin.backend.cpu.simd.Rows;
import dev.javelin.tensor.Tensor;

/** Ops whose rows are independent: norms, sums, activations. */
final class RowTask implements WorkerTeam.Task {
  private enum Op {
    RMS_NORM,
    ADD,
    SCALE,
    SOFTCAP,
    HEAD_NORM,
    GATED_ACTIVATION,
    ARGMAX
  }

  /** Below this many elements a region costs more than it saves. */
  private static final int ELEMENTS_PER_CHUNK = 8192;

  private static final float[] NONE = new float[0];

  private final WorkerTeam team;
  private final float[][] lanes;
  private Op op = Op.ADD;
  private float[] out = NONE;
  private float[] x = NONE;
  private float[] weight = NONE;
  private float[] otherWeight = NONE;
  private int outOffset;
  private int xOffset;
  private int weightOffset;
  private int otherOffset;
  private int columns;
  private int sourceColumns;
  private float parameter;
  private Activation activation = Activation.SILU;
  private AttentionShape shape = new AttentionShape(1, 1, 1);

  RowTask(WorkerTeam team) {
    this.team = team;
    lanes = new float[team.size()][16];
  }

  void rmsNorm(Tensor target, Tensor source, Tensor factors, float eps) {
    weight = HostBuffer.array(factors);
    weightOffset = HostBuffer.offset(factors);
    parameter = eps;
    start(Op.RMS_NORM, target, source);
  }

  void add(Tensor target, Tensor source) {
    start(Op.ADD, target, source);
  }

  void argmax(Tensor target, Tensor source) {
    start(Op.ARGMAX, target, source);
  }

  void scale(Tensor target, float factor) {
    parameter = factor;
    start(Op.SCALE, target, target);
  }

  void softcap(Tensor target, float cap) {
    parameter = cap;
    start(Op.SOFTCAP, target, target);
  }

  void headNorm(Tensor qkv, AttentionShape heads, Tensor query, Tensor key, float eps) {
    weight = HostBuffer.array(query);
    weightOffset = HostBuffer.offset(query);
    otherWeight = HostBuffer.array(key);
    otherOffset = HostBuffer.offset(key);
    shape = heads;
    parameter = eps;
    start(Op.HEAD_NORM, qkv, qkv);
  }

  void gatedActivation(Tensor target, Tensor gateUp, Activation function) {
    activation = function;
    start(Op.GATED_ACTIVATION, target, gateUp);
  }

  private void start(Op what, Tensor target, Tensor source) {
    op = what;
    out = HostBuffer.array(target);
    outOffset = HostBuffer.offset(target);
    x = HostBuffer.array(source);
    xOffset = HostBuffer.offset(source);
    columns = target.columns();
    sourceColumns = source.columns();
    team.run(this, target.rows(), Math.max(1, ELEMENTS_PER_CHUNK / Math.max(1, sourceColumns)));
  }

  @Override
  public void run(int worker, int from, int to) {
    for (int row = from; row < to; row++) {
      int at = outOffset + row * columns;
      switch (op) {
        case RMS_NORM ->
            Rows.rmsNorm(
                out,
                at,
                x,
                xOffset + row * columns,
                weight,
                weightOffset,
                columns,
                parameter,
                lanes[worker]);
        case ADD -> Rows.add(out, at, x, xOffset + row * columns, columns);
        case SCALE -> Rows.scale(out, at, columns, parameter);
        case SOFTCAP -> Rows.softcap(out, at, columns, parameter, lanes[worker]);
        case HEAD_NORM -> headNorm(at, lanes[worker]);
        case ARGMAX -> out[at] = Rows.argmax(x, xOffset + row * sourceColumns, sourceColumns);
        case GATED_ACTIVATION -> {
          int gate = xOffset + row * 2 * columns;
          Rows.gatedActivation(
              out, at, x, gate, gate + columns, columns, activation, lanes[worker]);
        }
      }
    }
  }

  private void headNorm(int at, float[] scratch) {
    int dim = shape.headDim();
    for (int h = 0; h < shape.numHeads() + shape.numKvHeads(); h++) {
      boolean query = h < shape.numHeads();
      int head = at + h * dim;
      Rows.rmsNorm(
          out,
          head,
          out,
          head,
          query ? weight : otherWeight,
          query ? weightOffset : otherOffset,
          dim,
          parameter,
          scratch);
    }
  }
}
