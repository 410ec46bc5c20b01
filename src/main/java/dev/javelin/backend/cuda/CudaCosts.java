package dev.javelin.backend.cuda;

import dev.javelin.backend.DeviceCosts;
import dev.javelin.backend.DeviceMemory;
import dev.javelin.backend.DeviceNeed;
import dev.javelin.backend.HostMemory;
import dev.javelin.backend.LoadDefaults;
import dev.javelin.backend.LoadShape;
import dev.javelin.backend.LoadShape.Matrix;
import dev.javelin.backend.cuda.driver.CudaDevice;
import dev.javelin.quant.WeightFormat;
import java.util.List;

/** What models take of one GPU. Activations are counted as the widest layer's, in bfloat16. */
public final class CudaCosts implements DeviceCosts {
  private final CudaDevice device;
  private final HostMemory host = new HostMemory();
  private final String name = "cuda:0";

  public CudaCosts(CudaDevice device) {
    this.device = device;
  }

  @Override
  public List<DeviceMemory> memory() {
    return List.of(new DeviceMemory(name, device.totalBytes(), device.freeBytes()), host.now());
  }

  @Override
  public LoadDefaults loadDefaults(long weightBytes) {
    return CudaBackend.loadDefaults(Math.max(0, device.freeBytes() - weightBytes));
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
    return List.of(new DeviceNeed(name, weights, cache, activations, 0));
  }

  private static long bytes(Matrix matrix) {
    WeightFormat kept = CudaWeights.resident(matrix.format());
    return Math.multiplyExact(kept.bytes(matrix.columns()), (long) matrix.rows());
  }
}
