package dev.javelin.backend;

import dev.javelin.quant.BFloat16;
import dev.javelin.quant.KvDType;
import dev.javelin.quant.PackedWeight;
import dev.javelin.tensor.DType;
import dev.javelin.tensor.DeviceBuffer;
import dev.javelin.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The whole seam in the plainest scalar Java: float32 values in arrays, sums in double. Weights are
 * decoded by their scalar codecs. Slow, obvious, and what every other backend is compared with.
 */
public final class ReferenceBackend implements Backend {
  private final ReferenceWorkspace workspace = new ReferenceWorkspace();
  private final ReferenceOps ops = new ReferenceOps();

  /** Float32 elements of a tensor. */
  record Floats(float[] values) implements DeviceBuffer {
    @Override
    public long byteSize() {
      return 4L * values.length;
    }

    static float[] of(Tensor tensor) {
      return ((Floats) tensor.buffer()).values();
    }

    static int start(Tensor tensor) {
      return Math.toIntExact(tensor.offsetBytes() / 4);
    }
  }

  @Override
  public String describe() {
    return "reference";
  }

  @Override
  public DType activationType() {
    return DType.F32;
  }

  @Override
  public Tensor allocate(DType type, int... shape) {
    if (type != DType.F32) {
      throw new IllegalArgumentException("the reference backend has F32 tensors only, not " + type);
    }
    long elements = 1;
    for (int dim : shape) {
      elements = Math.multiplyExact(elements, (long) dim);
    }
    return new Tensor(type, new Floats(new float[Math.toIntExact(elements)]), 0, shape);
  }

  @Override
  public Tensor floats(float[] values, int... shape) {
    return new Tensor(DType.F32, new Floats(values.clone()), 0, shape);
  }

  @Override
  public void read(Tensor tensor, float[] target) {
    System.arraycopy(
        Floats.of(tensor), Floats.start(tensor), target, 0, Math.toIntExact(tensor.elements()));
  }

  @Override
  public Workspace workspace() {
    return workspace;
  }

  @Override
  public Linear linear(List<PackedWeight> parts, @Nullable Tensor bias) {
    int in = parts.getFirst().columns();
    List<float[]> rows = new ArrayList<>();
    for (PackedWeight part : parts) {
      if (part.columns() != in) {
        throw new IllegalArgumentException(
            "%s has %d columns, its neighbours %d".formatted(part.name(), part.columns(), in));
      }
      for (int row = 0; row < part.rows(); row++) {
        rows.add(decodeRow(part, row));
      }
    }
    float[] biases = new float[rows.size()];
    if (bias != null) {
      read(bias, biases);
    }
    return new ReferenceLinear(in, rows.toArray(float[][]::new), biases);
  }

  @Override
  public EmbeddingTable embedding(PackedWeight weight) {
    return (out, tokenIds, numTokens) -> {
      for (int i = 0; i < numTokens; i++) {
        weight.decodeRow(
            tokenIds[i], Floats.of(out), Floats.start(out) + Math.multiplyExact(i, out.columns()));
      }
    };
  }

  @Override
  public RopeTable ropeTable(RopeSpec spec) {
    return () -> spec;
  }

  @Override
  public KvCache kvCache(KvCacheSpec spec, int numBlocks) {
    return new ReferenceKvCache(spec, numBlocks);
  }

  @Override
  public Ops ops() {
    return ops;
  }

  @Override
  public StepExecutor executor() {
    return StepExecutor.eager();
  }

  @Override
  public LoadDefaults loadDefaults() {
    return new LoadDefaults(64, 16, 16, KvDType.F32, 1 << 20);
  }

  @Override
  public List<String> kernels() {
    return List.of("scalar");
  }

  @Override
  public void close() {}

  private static float[] decodeRow(PackedWeight weight, int row) {
    float[] values = new float[weight.columns()];
    weight.decodeRow(row, values, 0);
    return values;
  }

  /** [numLayers][slots, numKvHeads * headDim], slot = block * blockSize + offset. */
  static final class ReferenceKvCache implements KvCache {
    final float[][] keys;
    final float[][] values;
    private final KvCacheSpec spec;
    private final int numBlocks;

    ReferenceKvCache(KvCacheSpec spec, int numBlocks) {
      this.spec = spec;
      this.numBlocks = numBlocks;
      int elements = Math.toIntExact((long) numBlocks * spec.blockSize() * width());
      keys = new float[spec.numLayers()][elements];
      values = new float[spec.numLayers()][elements];
    }

    int width() {
      return spec.numKvHeads() * spec.headDim();
    }

    /** What reading {@code value} back gives. */
    float stored(float value) {
      return switch (spec.dtype()) {
        case F32 -> value;
        case F16 -> Float.float16ToFloat(Float.floatToFloat16(value));
        case BF16 -> BFloat16.widen(BFloat16.round(value));
      };
    }

    @Override
    public KvCacheSpec spec() {
      return spec;
    }

    @Override
    public int numBlocks() {
      return numBlocks;
    }
  }

  private record ReferenceLinear(int in, float[][] rows, float[] bias) implements Linear {
    @Override
    public int out() {
      return rows.length;
    }

    @Override
    public void forward(Tensor out, Tensor x) {
      run(out, x, false);
    }

    @Override
    public void forwardAdd(Tensor out, Tensor x) {
      run(out, x, true);
    }

    private void run(Tensor out, Tensor x, boolean add) {
      float[] target = Floats.of(out);
      float[] source = Floats.of(x);
      for (int i = 0; i < x.rows(); i++) {
        for (int j = 0; j < rows.length; j++) {
          double sum = bias[j];
          for (int k = 0; k < in; k++) {
            sum += (double) rows[j][k] * source[Floats.start(x) + i * in + k];
          }
          int at = Floats.start(out) + i * rows.length + j;
          target[at] = add ? (float) (target[at] + sum) : (float) sum;
        }
      }
    }
  }

  private static final class ReferenceWorkspace implements Workspace {
    private final List<Tensor> stack = new ArrayList<>();
    private int depth;

    @Override
    public int mark() {
      return depth;
    }

    @Override
    public Tensor activations(int rows, int columns) {
      return floats(rows, columns);
    }

    @Override
    public Tensor floats(int rows, int columns) {
      Tensor last = depth < stack.size() ? stack.get(depth) : null;
      if (last == null || last.dim(0) != rows || last.dim(1) != columns) {
        Floats buffer = new Floats(new float[Math.multiplyExact(rows, columns)]);
        last = new Tensor(DType.F32, buffer, 0, rows, columns);
        if (depth < stack.size()) {
          stack.set(depth, last);
        } else {
          stack.add(last);
        }
      }
      depth++;
      return last;
    }

    @Override
    public void release(int mark) {
      if (mark < 0 || mark > depth) {
        throw new IllegalArgumentException("mark %d of depth %d".formatted(mark, depth));
      }
      depth = mark;
    }
  }
}
