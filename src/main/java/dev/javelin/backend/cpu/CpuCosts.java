package dev.javelin.backend.cpu;

import dev.javelin.backend.DeviceCosts;
import dev.javelin.backend.DeviceMemory;
import dev.javelin.backend.DeviceNeed;
import dev.javelin.backend.HostMemory;
import dev.javelin.backend.LoadDefaults;
import dev.javelin.backend.LoadShape;
import dev.javelin.backend.LoadShape.Matrix;
import dev.javelin.backend.cpu.linear.PanelMatrix;
import dev.javelin.backend.cpu.linear.UnpackedPanels;
import java.util.List;

/**
 * The processor's two memories: the host's, for panels and KV cache, and the Java heap, for
 * activations. Embedding tables stay mapped from the file and take neither.
 */
public final class CpuCosts implements DeviceCosts {
  /** What the server itself needs of the heap. */
  private static final long SERVER_HEAP_BYTES = 160L << 20;

  private final HostMemory host = new HostMemory();

  @Override
  public List<DeviceMemory> memory() {
    Runtime runtime = Runtime.getRuntime();
    long heap = Math.max(0, runtime.maxMemory() - SERVER_HEAP_BYTES);
    return List.of(host.now(), new DeviceMemory("java-heap", heap, heap));
  }

  @Override
  public LoadDefaults loadDefaults(long weightBytes) {
    return CpuBackend.DEFAULTS;
  }

  @Override
  public List<DeviceNeed> needs(LoadShape shape) {
    long panels = 0;
    for (Matrix linear : shape.linears()) {
      panels += PanelMatrix.bytes(linear.format(), linear.rows(), linear.columns());
    }
    int threads =
        shape.threads() == 0 ? Runtime.getRuntime().availableProcessors() : shape.threads();
    long kv = shape.kvCache().bytesPerBlock() * shape.numBlocks();
    long scratch = (long) threads * UnpackedPanels.BYTES;
    return List.of(
        new DeviceNeed(HostMemory.DEVICE, panels, kv, 0, scratch),
        new DeviceNeed("java-heap", 4 * shape.vectorFloats(), 0, activations(shape), 0));
  }

  /**
   * The workspace's stack at its deepest: selected rows; the residual, or the logits in its place;
   * then the attention's or the feed-forward network's temporaries, whichever are wider, slot by
   * slot; and the copy of the logits that is sampled from.
   */
  private static long activations(LoadShape shape) {
    long tokens = shape.stepTokens();
    long logits = (long) shape.stepLogits() * shape.vocabSize();
    long hidden = tokens * shape.hiddenSize();
    long second = Math.max(tokens * shape.qkvSize(), hidden);
    long third = Math.max(tokens * Math.max(shape.querySize(), 2L * shape.innerSize()), hidden);
    long floats =
        (long) shape.stepLogits() * shape.hiddenSize()
            + Math.max(hidden, logits)
            + second
            + third
            + tokens * shape.innerSize()
            + logits;
    return 4 * floats;
  }
}
