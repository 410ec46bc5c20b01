package dev.javelin.backend.cpu;

import dev.javelin.backend.Linear;
import dev.javelin.backend.cpu.linear.PanelMatrix;
import dev.javelin.backend.cpu.linear.UnpackedPanels;
import dev.javelin.quant.PackedWeight;
import dev.javelin.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A linear over panels. Threads share pairs of panels; each pair's outputs have one writer. */
final class CpuLinear implements Linear, WorkerTeam.Task {
  /** From here on, unpacking a pair once is cheaper than multiplying packed codes row by row. */
  private static final int TILE_ROWS = 4;

  /** Rows that go through one unpacked pair, so that their outputs stay in cache. */
  private static final int ROW_BLOCK = 256;

  private final WorkerTeam team;
  private final LinearScratch[] scratches;
  private final PanelMatrix[] parts;
  private final int in;
  private final int out;
  private final int pairs;
  private final boolean usesSums;
  private final float @Nullable [] bias;
  private final SumTask sumTask = new SumTask();
  private float[] sums = new float[0];
  private float[] x = new float[0];
  private float[] y = new float[0];
  private int xOffset;
  private int yOffset;
  private int rows;
  private boolean add;

  CpuLinear(
      List<PackedWeight> weights,
      float @Nullable [] bias,
      Arena arena,
      WorkerTeam team,
      LinearScratch[] scratches) {
    this.team = team;
    this.scratches = scratches;
    this.bias = bias;
    in = weights.getFirst().columns();
    parts = new PanelMatrix[weights.size()];
    int outputs = 0;
    int units = 0;
    boolean anySums = false;
    for (int i = 0; i < parts.length; i++) {
      PackedWeight weight = weights.get(i);
      if (weight.columns() != in) {
        throw new IllegalArgumentException(
            "%s has %d columns, %s has %d: parts of one linear must agree"
                .formatted(weight.name(), weight.columns(), weights.getFirst().name(), in));
      }
      PanelMatrix part = new PanelMatrix(weight, arena);
      team.run((worker, from, to) -> part.pack(from, to), part.pairs(), 1);
      parts[i] = part;
      outputs = Math.addExact(outputs, weight.rows());
      units += part.pairs();
      anySums |= part.kernel().usesSums();
    }
    out = outputs;
    pairs = units;
    usesSums = anySums;
    if (bias != null && bias.length != out) {
      throw new IllegalArgumentException("bias of %d for %d outputs".formatted(bias.length, out));
    }
  }

  @Override
  public int in() {
    return in;
  }

  @Override
  public int out() {
    return out;
  }

  @Override
  public void forward(Tensor target, Tensor input) {
    multiply(target, input, false);
  }

  @Override
  public void forwardAdd(Tensor target, Tensor input) {
    multiply(target, input, true);
  }

  private void multiply(Tensor target, Tensor input, boolean accumulate) {
    HostBuffer.checkShape("input", input, input.rows(), in);
    HostBuffer.checkShape("output", target, input.rows(), out);
    x = HostBuffer.array(input);
    xOffset = HostBuffer.offset(input);
    y = HostBuffer.array(target);
    yOffset = HostBuffer.offset(target);
    rows = input.rows();
    add = accumulate;
    if (rows == 0) {
      return;
    }
    if (usesSums) {
      int needed = rows * (in / 32);
      if (sums.length < needed) {
        sums = new float[needed];
      }
      team.run(sumTask, rows, 8);
    }
    team.run(this, pairs, rows < TILE_ROWS ? Math.max(1, pairs / (8 * team.size())) : 1);
  }

  @Override
  public void run(int worker, int from, int to) {
    int part = 0;
    int firstPair = 0;
    int column = 0;
    for (int unit = from; unit < to; unit++) {
      while (unit - firstPair >= parts[part].pairs()) {
        firstPair += parts[part].pairs();
        column += parts[part].rows();
        part++;
      }
      int pair = unit - firstPair;
      int width = Math.min(UnpackedPanels.WIDTH, parts[part].rows() - pair * UnpackedPanels.WIDTH);
      int at = column + pair * UnpackedPanels.WIDTH;
      if (rows < TILE_ROWS) {
        fewRows(parts[part], pair, scratches[worker], at, width);
      } else {
        manyRows(parts[part], pair, scratches[worker], at, width);
      }
    }
  }

  private void fewRows(PanelMatrix part, int pair, LinearScratch scratch, int column, int width) {
    for (int row = 0; row < rows; row++) {
      part.multiply(pair, x, xOffset + row * in, sums, row * (in / 32), scratch.outputs, 0);
      store(scratch.outputs, 0, row, column, width);
    }
  }

  private void manyRows(PanelMatrix part, int pair, LinearScratch scratch, int column, int width) {
    for (int first = 0; first < rows; first += ROW_BLOCK) {
      int count = Math.min(ROW_BLOCK, rows - first);
      Arrays.fill(scratch.outputs, 0, count * UnpackedPanels.WIDTH, 0f);
      part.multiplyRows(
          pair,
          count,
          x,
          xOffset + first * in,
          sums,
          first * (in / 32),
          in / 32,
          scratch.panels,
          scratch.outputs);
      for (int row = 0; row < count; row++) {
        store(scratch.outputs, row * UnpackedPanels.WIDTH, first + row, column, width);
      }
    }
  }

  private void store(float[] outputs, int offset, int row, int column, int width) {
    if (bias != null) {
      for (int i = 0; i < width; i++) {
        outputs[offset + i] += bias[column + i];
      }
    }
    int to = yOffset + row * out + column;
    if (add) {
      for (int i = 0; i < width; i++) {
        y[to + i] += outputs[offset + i];
      }
    } else {
      System.arraycopy(outputs, offset, y, to, width);
    }
  }

  /** What one thread needs in any linear. */
  static final class LinearScratch {
    final float[] outputs = new float[ROW_BLOCK * UnpackedPanels.WIDTH];
    final UnpackedPanels panels;

    LinearScratch(Arena arena) {
      panels = new UnpackedPanels(arena);
    }
  }

  /** Sums of x over groups of 32, in column order. */
  private final class SumTask implements WorkerTeam.Task {
    @Override
    public void run(int worker, int from, int to) {
      int groups = in / 32;
      for (int row = from; row < to; row++) {
        for (int g = 0; g < groups; g++) {
          int k = xOffset + row * in + g * 32;
          float sum = 0;
          for (int i = 0; i < 32; i++) {
            sum += x[k + i];
          }
          sums[row * groups + g] = sum;
        }
      }
    }
  }
}
