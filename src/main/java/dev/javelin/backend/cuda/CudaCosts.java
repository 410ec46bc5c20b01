package dev.javelin.backend.cuda;

import dev.javelin.backend.DeviceActivity;
import dev.javelin.backend.DeviceCosts;
import dev.javelin.backend.DeviceMemory;
import dev.javelin.backend.DeviceNeed;
import dev.javelin.backend.HostMemory;
import dev.javelin.backend.LoadDefaults;
import dev.javelin.backend.LoadShape;
import dev.javelin.backend.LoadShape.Matrix;
import dev.javelin.backend.cuda.driver.CudaDevice;
import dev.javelin.backend.cuda.driver.Nvml;
import dev.javelin.quant.WeightFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Supplier;

/** What models take of one GPU. Activations are counted as the widest layer's, in bfloat16. */
public final class CudaCosts implements DeviceCosts {
  private static final String DEVICE = "cuda:0";

  private final Supplier<DeviceMemory> gpu;
  private final Optional<Nvml> watch;
  private final HostMemory host = new HostMemory();

  public CudaCosts(CudaDevice device) {
    this(
        () -> new DeviceMemory(DEVICE, device.totalBytes(), device.freeBytes()),
        Nvml.find(device.busId()));
  }

  /**
   * @param gpu its memory now
   * @param watch tells how busy it is
   */
  CudaCosts(Supplier<DeviceMemory> gpu, Optional<Nvml> watch) {
    this.gpu = gpu;
    this.watch = watch;
  }

  @Override
  public List<DeviceActivity> activity() {
    return watch.map(Nvml::busy).orElse(OptionalDouble.empty()).stream()
        .mapToObj(busy -> new DeviceActivity(DEVICE, busy))
        .toList();
  }

  @Override
  public List<DeviceMemory> memory() {
    return List.of(gpu.get(), host.now());
  }

  @Override
  public LoadDefaults loadDefaults(long weightBytes) {
    return CudaBackend.loadDefaults(Math.max(0, gpu.get().availableBytes() - weightBytes));
  }

  @Override
  public List<DeviceNeed> needs(LoadShape shape) {
    long weights = bytes(shape.embedding()) + 4 * shape.vectorFloats();
    for (Matrix linear : shape.linears()) {
      // A tied head is the table itself.
      weights += linear.equals(shape.embedding()) ? 0 : bytes(linear);
    }
    long perToken =
        2L * shape.hiddenSize()
            + shape.qkvSize()
            + Math.max(shape.querySize(), 3L * shape.innerSize());
    long activations =
        2 * perToken * shape.stepTokens() + 4L * shape.stepLogits() * shape.vocabSize();
    long cache = shape.kvCache().bytesPerBlock() * shape.numBlocks();
    return List.of(new DeviceNeed(DEVICE, weights, cache, activations, 0));
  }

  private static long bytes(Matrix matrix) {
    WeightFormat kept = CudaWeights.resident(matrix.format());
    return Math.multiplyExact(kept.bytes(matrix.columns()), (long) matrix.rows());
  }
}
