package dev.javelin.backend.cuda;

import dev.javelin.backend.Backend;
import dev.javelin.backend.ChosenTokens;
import dev.javelin.backend.DeviceTimes;
import dev.javelin.backend.EmbeddingTable;
import dev.javelin.backend.KvCache;
import dev.javelin.backend.KvCacheSpec;
import dev.javelin.backend.Linear;
import dev.javelin.backend.LoadDefaults;
import dev.javelin.backend.Ops;
import dev.javelin.backend.RopeSpec;
import dev.javelin.backend.RopeTable;
import dev.javelin.backend.StepExecutor;
import dev.javelin.backend.Workspace;
import dev.javelin.backend.cuda.CudaWeights.Matrix;
import dev.javelin.backend.cuda.driver.Copies;
import dev.javelin.backend.cuda.driver.CublasLt;
import dev.javelin.backend.cuda.driver.CudaDevice;
import dev.javelin.backend.cuda.driver.CudaStream;
import dev.javelin.backend.cuda.driver.DeviceArena;
import dev.javelin.backend.cuda.driver.EventTimer;
import dev.javelin.backend.cuda.kernel.AttentionKernels;
import dev.javelin.backend.cuda.kernel.DecodeKernels;
import dev.javelin.backend.cuda.kernel.ElementwiseKernels;
import dev.javelin.backend.cuda.kernel.EmbeddingKernels;
import dev.javelin.backend.cuda.kernel.FlashKernels;
import dev.javelin.backend.cuda.kernel.KernelModules;
import dev.javelin.backend.cuda.kernel.Launcher;
import dev.javelin.backend.cuda.kernel.LinearKernels;
import dev.javelin.backend.cuda.kernel.PackKernels;
import dev.javelin.backend.cuda.kernel.RopeKernels;
import dev.javelin.backend.cuda.kernel.SampleKernels;
import dev.javelin.backend.cuda.kernel.StreamKernels;
import dev.javelin.backend.cuda.kernel.TileKernels;
import dev.javelin.quant.BFloat16;
import dev.javelin.quant.KvDType;
import dev.javelin.quant.PackedWeight;
import dev.javelin.quant.WeightFormat;
import dev.javelin.tensor.DType;
import dev.javelin.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** One model's share of a GPU: a stream, the memory it holds, its kernels. Activations are bf16. */
public final class CudaBackend implements Backend {
  /** Part of the free memory that a cache may take by default; the rest is for temporaries. */
  private static final double CACHE_SHARE = 0.85;

  private final CudaDevice device;
  private final boolean graphs;
  private final CudaStream stream;
  private final DeviceArena memory;
  private final KernelModules modules;
  private final Launcher launcher;
  private final Upload upload;
  private final CudaInputs inputs;
  private final CudaTokens chosen;
  private final CudaWorkspace workspace;
  private final CudaWeights weights;
  private final Panel panel;
  private final DecodeKernels decode;
  private final ElementwiseKernels elementwise;
  private final EmbeddingKernels embeddings;
  private final PackKernels pack;
  private final SmallProduct small;
  private final RopeKernels rope;
  private final @Nullable CublasLt cublasLt;
  private final MatrixProduct product;
  private final CudaOps ops;
  private final List<CudaExecutor> executors = new ArrayList<>();
  private final Set<String> kernels = new TreeSet<>();
  private boolean varyingAngles;
  private @Nullable Thread bound;

  private CudaBackend(CudaDevice device, CudaOptions options) {
    this.device = device;
    DeviceTimes times = options.times();
    graphs = options.graphs() && (times == null || !times.eachCall());
    device.requireIntact();
    memory = new DeviceArena(device);
    modules = new KernelModules(options.kernels(), device);
    stream = new CudaStream();
    if (times != null) {
      stream.time(new EventTimer(stream, times));
    }
    launcher = new Launcher(stream);
    upload = new Upload(stream);
    inputs = new CudaInputs(memory, stream);
    SampleKernels sample = new SampleKernels(modules, launcher);
    chosen = new CudaTokens(sample, inputs, memory, stream);
    workspace = new CudaWorkspace(memory, stream);
    decode = new DecodeKernels(modules, launcher);
    elementwise = new ElementwiseKernels(modules, launcher);
    embeddings = new EmbeddingKernels(modules, launcher);
    rope = new RopeKernels(modules, launcher);
    pack = new PackKernels(modules, launcher);
    weights = new CudaWeights(memory, stream, upload, decode, pack);
    small =
        new SmallProduct(
            new StreamKernels(modules, launcher, device),
            new TileKernels(modules, launcher, device),
            memory,
            stream);
    FlashAttention flash =
        new FlashAttention(new FlashKernels(modules, launcher, device), memory, stream);
    panel = new Panel(memory, stream);
    cublasLt = CublasLt.find(options.libraries(), stream, memory).orElse(null);
    product = new MatrixProduct(cublasLt, new LinearKernels(modules, launcher));
    ops =
        new CudaOps(
            modules, launcher, elementwise, rope, flash, inputs, new VariantAngles(memory, upload));
  }

  /**
   * @throws dev.javelin.backend.cuda.driver.CudaUnavailableException if the kernels are not there,
   *     or a fault has cost the device
   */
  public static CudaBackend create(CudaDevice device, CudaOptions options) {
    return new CudaBackend(device, options);
  }

  @Override
  public String describe() {
    return "cuda (%s)".formatted(device.name());
  }

  @Override
  public DType activationType() {
    return DType.BF16;
  }

  /** Makes the device the calling thread's, which may be another than the last one's. */
  void makeCurrent() {
    Thread thread = Thread.currentThread();
    if (thread != bound || thread.isVirtual()) {
      device.makeCurrent();
      bound = thread;
    }
  }

  /** Whether steps may be recorded. */
  boolean records() {
    return graphs && !varyingAngles;
  }

  @Override
  public Tensor allocate(DType type, int... shape) {
    makeCurrent();
    long elements = 1;
    for (int dim : shape) {
      elements = Math.multiplyExact(elements, (long) dim);
    }
    long bytes = Math.multiplyExact(elements, (long) type.bytes());
    return new Tensor(type, new CudaBuffer(memory.allocate(bytes, "a tensor"), bytes), 0, shape);
  }

  @Override
  public Tensor floats(float[] values, int... shape) {
    Tensor tensor = allocate(DType.F32, shape);
    if (values.length != tensor.elements()) {
      throw new IllegalArgumentException("%d values for %s".formatted(values.length, tensor));
    }
    upload.copy(CudaBuffer.address(tensor, DType.F32), MemorySegment.ofArray(values));
    return tensor;
  }

  @Override
  public void read(Tensor tensor, float[] target) {
    makeCurrent();
    boolean floats = CudaBuffer.floats(tensor);
    long address = CudaBuffer.addressOfEither(tensor);
    int bytesEach = tensor.dtype().bytes();
    int count = Math.toIntExact(tensor.elements());
    int perStage = Upload.STAGE_BYTES / bytesEach;
    for (int done = 0; done < count; done += perStage) {
      int part = Math.min(perStage, count - done);
      MemorySegment stage = upload.stage();
      Copies.toHost(stage, address + (long) done * bytesEach, (long) part * bytesEach, stream);
      stream.synchronize();
      if (floats) {
        MemorySegment.copy(stage, ValueLayout.JAVA_FLOAT, 0, target, done, part);
      } else {
        for (int i = 0; i < part; i++) {
          target[done + i] = BFloat16.widen(stage.getAtIndex(ValueLayout.JAVA_SHORT, i));
        }
      }
    }
  }

  @Override
  public Workspace workspace() {
    return workspace;
  }

  @Override
  public Linear linear(List<PackedWeight> parts, @Nullable Tensor bias) {
    if (parts.isEmpty()) {
      throw new IllegalArgumentException("a linear needs at least one weight");
    }
    makeCurrent();
    int in = parts.getFirst().columns();
    int out = 0;
    for (PackedWeight part : parts) {
      if (part.columns() != in) {
        throw new IllegalArgumentException(
            "%s has %d columns, its neighbours %d".formatted(part.name(), part.columns(), in));
      }
      out += part.rows();
      kernels.add(describe(part.format()));
    }
    List<Matrix> matrices = matrices(parts);
    for (Matrix matrix : matrices) {
      if (matrix.format() != WeightFormat.BF16) {
        panel.reserve(matrix.rows(), in);
      }
    }
    if (bias != null && bias.elements() != out) {
      throw new IllegalArgumentException("a bias of %d, got %s".formatted(out, bias));
    }
    long biasAddress = bias == null ? 0 : CudaBuffer.address(bias, DType.F32);
    return new CudaLinear(
        in, out, matrices, biasAddress, small, panel, product, decode, pack, elementwise, stream);
  }

  /** Neighbours of one format become one matrix where its layout allows. */
  private List<Matrix> matrices(List<PackedWeight> parts) {
    List<Matrix> matrices = new ArrayList<>();
    for (int first = 0, next; first < parts.size(); first = next) {
      WeightFormat format = CudaWeights.resident(parts.get(first).format());
      boolean units = small.packs(format, parts.get(first).columns());
      next = first + 1;
      while (next < parts.size()
          && CudaWeights.resident(parts.get(next).format()) == format
          && (format == WeightFormat.BF16
              || (units && parts.get(next - 1).rows() % PackKernels.UNIT_ROWS == 0))) {
        next++;
      }
      List<PackedWeight> same = parts.subList(first, next);
      if (units) {
        matrices.add(weights.loadUnits(same));
      } else {
        matrices.add(same.size() == 1 ? weights.load(same.getFirst()) : weights.loadTogether(same));
      }
    }
    return matrices;
  }

  private String describe(WeightFormat format) {
    WeightFormat resident = CudaWeights.resident(format);
    String how = resident == format ? "" : "kept as BF16; ";
    String panelled = resident == WeightFormat.BF16 ? "" : "decoded to a BF16 panel, then ";
    String few =
        small.serves(resident)
            ? "streamed for up to 8 rows; "
                + (resident == WeightFormat.BF16 ? "" : "unpacked in registers for up to 128; ")
            : "";
    return format + ": " + how + few + panelled + product.describe();
  }

  @Override
  public EmbeddingTable embedding(PackedWeight weight) {
    makeCurrent();
    return new CudaEmbedding(weights.load(weight), embeddings, inputs, chosen);
  }

  @Override
  public RopeTable ropeTable(RopeSpec spec) {
    if (spec.rotaryDim() <= 0 || spec.rotaryDim() % 2 != 0 || spec.maxPositions() <= 0) {
      throw new IllegalArgumentException(
          "rotaryDim must be even and positive, maxPositions positive: " + spec);
    }
    makeCurrent();
    boolean fixed = spec.frequencies().variant(spec.maxPositions()) == 0;
    varyingAngles |= !fixed;
    long table = 0;
    if (fixed) {
      double[] frequencies = spec.frequencies().forLength(spec.maxPositions());
      long source = memory.allocate(8L * frequencies.length, "rotary frequencies");
      upload.copy(source, MemorySegment.ofArray(frequencies));
      table = memory.allocate(4L * spec.maxPositions() * spec.rotaryDim(), "rotary angles");
      rope.table(table, source, spec.attentionFactor(), spec.maxPositions(), spec.rotaryDim() / 2);
    }
    return new CudaRopeTable(spec, table, fixed);
  }

  @Override
  public KvCache kvCache(KvCacheSpec spec, int numBlocks) {
    if (spec.headDim() > AttentionKernels.MAX_HEAD_DIM) {
      throw new IllegalArgumentException(
          "heads of %d elements; the attention kernels take at most %d"
              .formatted(spec.headDim(), AttentionKernels.MAX_HEAD_DIM));
    }
    if (numBlocks <= 0) {
      throw new IllegalArgumentException("a cache needs at least one block, got " + numBlocks);
    }
    makeCurrent();
    weights.loaded();
    long bytes = Math.multiplyExact(spec.bytesPerBlock(), (long) numBlocks);
    long address = memory.allocate(bytes, "the KV cache");
    // A slot past a sequence's end may be read, multiplied by a weight of zero: it must be a
    // number.
    Copies.fill(address, (byte) 0, bytes, stream);
    return new CudaKvCache(spec, numBlocks, address, upload, stream);
  }

  @Override
  public Ops ops() {
    return ops;
  }

  @Override
  public StepExecutor executor() {
    CudaExecutor executor = new CudaExecutor(this, stream, inputs, workspace);
    executors.add(executor);
    return executor;
  }

  @Override
  public ChosenTokens chosenTokens() {
    return chosen;
  }

  @Override
  public LoadDefaults loadDefaults() {
    return loadDefaults(device.freeBytes());
  }

  /** What a load would choose with so much memory free. */
  static LoadDefaults loadDefaults(long freeBytes) {
    return new LoadDefaults(2048, 2048, 64, KvDType.BF16, (long) (freeBytes * CACHE_SHARE));
  }

  @Override
  public List<String> kernels() {
    return List.copyOf(kernels);
  }

  /** Waits for the device, then frees all memory. */
  @Override
  public void close() {
    device.makeCurrent();
    bound = null;
    executors.forEach(CudaExecutor::close);
    if (cublasLt != null) {
      cublasLt.close();
    }
    inputs.close();
    chosen.close();
    upload.close();
    launcher.close();
    stream.close();
    modules.close();
    memory.close();
  }
}
