package dev.javelin.backend;

import dev.javelin.quant.PackedWeight;
import dev.javelin.tensor.DType;
import dev.javelin.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One device. Factories only; the work is in what they return. Everything allocated here lives
 * until {@link #close()}. Used by one engine thread after loading.
 */
public interface Backend extends AutoCloseable {
  /** Short name with the device, for logs and pages: {@code cpu (2 threads, 512-bit)}. */
  String describe();

  DType activationType();

  /**
   * @throws OutOfDeviceMemoryException as every factory here may
   */
  Tensor allocate(DType type, int... shape);

  /** A float32 vector or matrix copied to the device: norms, biases, tables. */
  Tensor floats(float[] values, int... shape);

  /**
   * Copies {@code tensor} (any float type) into {@code target[0 .. elements)} as float32. Blocks.
   */
  void read(Tensor tensor, float[] target);

  /** Temporaries of a step. */
  Workspace workspace();

  /**
   * One linear over the row-wise concatenation of {@code parts}, which share their columns but not
   * necessarily their format.
   *
   * @param parts each [rows_i, in]
   * @param bias [sum of rows_i] or null
   */
  Linear linear(List<PackedWeight> parts, @Nullable Tensor bias);

  EmbeddingTable embedding(PackedWeight weight);

  RopeTable ropeTable(RopeSpec spec);

  KvCache kvCache(KvCacheSpec spec, int numBlocks);

  Ops ops();

  /** A new executor, for one step function. */
  StepExecutor executor();

  /** Where the steps of this backend put the tokens they choose. */
  default ChosenTokens chosenTokens() {
    return ChosenTokens.atOnce(this);
  }

  LoadDefaults loadDefaults();

  /** How each weight format given to {@link #linear} so far runs here, for logs and pages. */
  List<String> kernels();

  @Override
  void close();
}
