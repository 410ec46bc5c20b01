package dev.javelin.backend.cpu;

import dev.javelin.backend.Linear;
import dev.javelin.backend.cpu.linear.PanelInput;
import dev.javelin.backend.cpu.linear.PanelMatrix;
import dev.javelin.backend.cpu.linear.PanelMemory;
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
  private static final int TILE_ROWS = 6;

  /** Rows that go through one unpacked pair, so that their outputs stay in cache. */
  private static final int ROW_BLOCK = 256;

  private final WorkerTeam team;
  private final Inputs inputs;
  private final LinearScratch[] scratches;
  private final PanelMatrix[] parts;
  private final int in;
  private final int out;
  private final int pairs;
  private final boolean usesSums;
  private final boolean usesPlain;
  private final boolean usesScaled;
  private final float @Nullable [] bias;
  private float[] y = new float[0];
  private int yOffset;
  private int rows;
  private boolean add;

  CpuLinear(
      List<PackedWeight> weights,
      float @Nullable [] bias,
      PanelMemory memory,
      WorkerTeam team,
      Inputs inputs,
      LinearScratch[] scratches) {
    this.team = team;
    this.inputs = inputs;
    this.scratches = scratches;
    this.bias = bias;
    in = weights.getFirst().columns();
    parts = new PanelMatrix[weights.size()];
    int outputs = 0;
    int units = 0;
    boolean anySums = false;
    boolean anyPlain = false;
    boolean anyScaled = false;
    for (int i = 0; i < parts.length; i++) {
      PackedWeight weight = weights.get(i);
      if (weight.columns() != in) {
        throw new IllegalArgumentException(
            "%s has %d columns, %s has %d: parts of one linear must agree"
                .formatted(weight.name(), weight.columns(), weights.getFirst().name(), in));
      }
      PanelMatrix part = new PanelMatrix(weight, memory);
      team.run((worker, from, to) -> part.pack(from, to), part.pairs(), 1);
      parts[i] = part;
      outputs = Math.addExact(outputs, weight.rows());
      units += part.pairs();
      anySums |= part.kernel().usesSums();
      anyPlain |= !part.kernel().scalesInput();
      anyScaled |= part.kernel().scalesInput();
    }
    out = outputs;
    pairs = units;
    usesSums = anySums;
    usesPlain = anyPlain;
    usesScaled = anyScaled;
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
    y = HostBuffer.array(target);
    yOffset = HostBuffer.offset(target);
    rows = input.rows();
    add = accumulate;
    if (rows == 0) {
      return;
    }
    float[] x = HostBuffer.array(input);
    int offset = HostBuffer.offset(input);
    if (usesPlain) {
      inputs.prepare(inputs.plain, x, offset, rows, in, usesSums, team);
    }
    if (usesScaled) {
      inputs.prepare(inputs.scaled, x, offset, rows, in, usesSums, team);
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
      scratches[worker].touched = parts[part].touch(pair);
      if (rows < TILE_ROWS) {
        fewRows(parts[part], pair, scratches[worker], at, width);
      } else {
        manyRows(parts[part], pair, scratches[worker], at, width);
      }
    }
  }

  private PanelInput input(PanelMatrix part) {
    return part.kernel().scalesInput() ? inputs.scaled : inputs.plain;
  }

  private void fewRows(PanelMatrix part, int pair, LinearScratch scratch, int column, int width) {
    PanelInput input = input(part);
    for (int row = 0; row < rows; row++) {
      part.multiply(pair, input, row, scratch.outputs, 0);
      store(scratch.outputs, 0, row, column, width);
    }
  }

  private void manyRows(PanelMatrix part, int pair, LinearScratch scratch, int column, int width) {
    for (int first = 0; first < rows; first += ROW_BLOCK) {
      int count = Math.min(ROW_BLOCK, rows - first);
      Arrays.fill(scratch.outputs, 0, count * UnpackedPanels.WIDTH, 0f);
      part.multiplyRows(pair, input(part), first, count, scratch.panels, scratch.outputs);
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
    static final long HEAP_BYTES =
        4L * ROW_BLOCK * UnpackedPanels.WIDTH + UnpackedPanels.HEAP_BYTES;

    final float[] outputs = new float[ROW_BLOCK * UnpackedPanels.WIDTH];
    final UnpackedPanels panels;
    int touched;

    LinearScratch(Arena arena) {
      panels = new UnpackedPanels(arena);
    }
  }

  /** The prepared input of whichever linear runs; there is one at a time. */
  static final class Inputs implements WorkerTeam.Task {
    /** Rows that one thread prepares in less time than two would need to meet. */
    private static final int ROWS_PER_CHUNK = 8;

    final PanelInput plain = new PanelInput(false);
    final PanelInput scaled = new PanelInput(true);
    private PanelInput current = plain;

    void prepare(
        PanelInput input,
        float[] x,
        int offset,
        int rows,
        int columns,
        boolean sums,
        WorkerTeam team) {
      input.start(x, offset, rows, columns, sums);
      if (input.needsWork()) {
        current = input;
        team.run(this, rows, ROWS_PER_CHUNK);
      }
    }

    @Override
    public void run(int worker, int from, int to) {
      current.prepare(from, to);
    }
  }
}
