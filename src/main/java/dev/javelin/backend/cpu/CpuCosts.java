package dev.javelin.backend.cpu;

import dev.javelin.backend.DeviceCosts;
import dev.javelin.backend.DeviceMemory;
import dev.javelin.backend.DeviceNeed;
import dev.javelin.backend.HostMemory;
import dev.javelin.backend.LoadDefaults;
import dev.javelin.backend.LoadShape;
import dev.javelin.backend.LoadShape.Matrix;
import dev.javelin.backend.cpu.CpuLinear.LinearScratch;
import dev.javelin.backend.cpu.linear.PanelInput;
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
    return List.of(host.now(), new DeviceMemory(DeviceMemory.JAVA_HEAP, heap, heap));
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
    return List.of(
        new DeviceNeed(HostMemory.DEVICE, panels, kv, 0, threads * UnpackedPanels.BYTES),
        new DeviceNeed(
            DeviceMemory.JAVA_HEAP,
            Float.BYTES * shape.vectorFloats(),
            0,
            stack(shape) + inputs(shape),
            threads * scratch(shape)
                + CpuRopeTable.bytes(shape.contextLength(), shape.kvCache().headDim())));
  }

  /**
   * The workspace's stack at its deepest: selected rows, which are all where a whole prompt is
   * scored; the residual, or the logits in its place; then the attention's or the feed-forward
   * network's temporaries, whichever are wider, slot by slot.
   */
  private static long stack(LoadShape shape) {
    long tokens = shape.stepTokens();
    long hidden = tokens * shape.hiddenSize();
    long logits = (long) shape.stepLogits() * shape.vocabSize();
    long second = Math.max(tokens * shape.qkvSize(), hidden);
    long third = Math.max(tokens * Math.max(shape.querySize(), 2L * shape.innerSize()), hidden);
    return Float.BYTES
        * (hidden + Math.max(hidden, logits) + second + third + tokens * shape.innerSize());
  }

  /**
   * All linears share two buffers, for kernels that scale their input and for those that do not.
   */
  private static long inputs(LoadShape shape) {
    long scaled = 0;
    long plain = 0;
    for (Matrix linear : shape.linears()) {
      boolean head = linear.rows() == shape.vocabSize();
      long rows = head ? shape.stepLogits() : shape.stepTokens();
      long bytes = rows * PanelInput.rowBytes(linear.format(), linear.columns());
      if (PanelMatrix.scalesInput(linear.format(), linear.columns())) {
        scaled = Math.max(scaled, bytes);
      } else {
        plain = Math.max(plain, bytes);
      }
    }
    return scaled + plain;
  }

  /** One thread's. */
  private static long scratch(LoadShape shape) {
    int headDim = shape.kvCache().headDim();
    int group = shape.querySize() / headDim / shape.kvCache().numKvHeads();
    return LinearScratch.HEAP_BYTES + AttentionTask.scratchBytes(group, headDim);
  }
}
