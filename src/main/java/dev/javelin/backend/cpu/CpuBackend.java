package dev.javelin.backend.cpu;

import dev.javelin.backend.Backend;
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
import dev.javelin.backend.cpu.CpuLinear.Inputs;
import dev.javelin.backend.cpu.CpuLinear.LinearScratch;
import dev.javelin.backend.cpu.linear.PanelKernel;
import dev.javelin.backend.cpu.linear.PanelMemory;
import dev.javelin.backend.cpu.simd.Lanes;
import dev.javelin.quant.KvDType;
import dev.javelin.quant.PackedWeight;
import dev.javelin.tensor.DType;
import dev.javelin.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The processor as a device: float32 activations in heap arrays, weights and KV cache off the heap.
 */
public final class CpuBackend implements Backend {
  /** A cache for a few long sequences, little enough to stay unnoticed. */
  static final LoadDefaults DEFAULTS = new LoadDefaults(512, 128, 16, KvDType.F16, 256L << 20);

  private final WorkerTeam team;
  private final CountedArena arena = new CountedArena();
  private final PanelMemory memory = new PanelMemory(arena);
  private final Inputs inputs = new Inputs();
  private final LinearScratch[] scratches;
  private final CpuWorkspace workspace = new CpuWorkspace();
  private final CpuOps ops;
  private final Set<String> kernels = new TreeSet<>();

  private CpuBackend(int threads) {
    team = new WorkerTeam(threads);
    scratches = new LinearScratch[threads];
    for (int i = 0; i < threads; i++) {
      scratches[i] = new LinearScratch(arena);
    }
    ops = new CpuOps(team);
  }

  /**
   * @param threads the engine's thread included; 0: one for every processor of this JVM
   * @throws IllegalArgumentException if it is negative or above 1024
   */
  public static CpuBackend create(int threads) {
    return new CpuBackend(threads == 0 ? Runtime.getRuntime().availableProcessors() : threads);
  }

  @Override
  public String describe() {
    return "cpu (%d threads, %d-bit)".formatted(team.size(), Lanes.FLOATS.vectorBitSize());
  }

  @Override
  public DType activationType() {
    return DType.F32;
  }

  @Override
  public Tensor allocate(DType type, int... shape) {
    if (type != DType.F32) {
      throw new IllegalArgumentException("the CPU backend keeps F32 tensors only, asked " + type);
    }
    long elements = 1;
    for (int dim : shape) {
      elements = Math.multiplyExact(elements, (long) dim);
    }
    return new Tensor(DType.F32, new HostBuffer(Math.toIntExact(elements)), 0, shape);
  }

  @Override
  public Tensor floats(float[] values, int... shape) {
    Tensor tensor = allocate(DType.F32, shape);
    if (values.length != tensor.elements()) {
      throw new IllegalArgumentException("%d values for %s".formatted(values.length, tensor));
    }
    System.arraycopy(values, 0, HostBuffer.array(tensor), 0, values.length);
    return tensor;
  }

  @Override
  public void read(Tensor tensor, float[] target) {
    System.arraycopy(
        HostBuffer.array(tensor),
        HostBuffer.offset(tensor),
        target,
        0,
        Math.toIntExact(tensor.elements()));
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
    for (PackedWeight part : parts) {
      kernels.add(PanelKernel.of(part).describe(part.format()));
    }
    return new CpuLinear(
        parts, bias == null ? null : values(bias), memory, team, inputs, scratches);
  }

  private static float[] values(Tensor tensor) {
    int from = HostBuffer.offset(tensor);
    return Arrays.copyOfRange(
        HostBuffer.array(tensor), from, from + Math.toIntExact(tensor.elements()));
  }

  @Override
  public EmbeddingTable embedding(PackedWeight weight) {
    return new CpuEmbedding(weight, team);
  }

  @Override
  public RopeTable ropeTable(RopeSpec spec) {
    return new CpuRopeTable(spec);
  }

  @Override
  public KvCache kvCache(KvCacheSpec spec, int numBlocks) {
    return new CpuKvCache(spec, numBlocks, arena);
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
    return DEFAULTS;
  }

  @Override
  public List<String> kernels() {
    return List.copyOf(kernels);
  }

  /** What weights, cache and scratch take off the heap. */
  long allocatedBytes() {
    return arena.allocatedBytes() + memory.usedBytes();
  }

  /** Ends the team, then frees all memory; tensors and linears must not be used any more. */
  @Override
  public void close() {
    team.close();
    arena.close();
  }
}
