package dev.javelin.checkpoint;

import dev.javelin.quant.PackedWeight;
import dev.javelin.quant.WeightFormat;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Map;

/** Weights of an opened checkpoint by Hugging Face names. */
final class NamedWeights implements WeightSource {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Path checkpoint;
  private final Map<String, StoredTensor> tensors;
  private final Map<String, int[]> rowOrders;
  private final String prefix;

  NamedWeights(Path checkpoint, Map<String, StoredTensor> tensors, Map<String, int[]> rowOrders) {
    this(checkpoint, tensors, rowOrders, "");
  }

  private NamedWeights(
      Path checkpoint,
      Map<String, StoredTensor> tensors,
      Map<String, int[]> rowOrders,
      String prefix) {
    this.checkpoint = checkpoint;
    this.tensors = tensors;
    this.rowOrders = rowOrders;
    this.prefix = prefix;
  }

  @Override
  public WeightSource scope(String scope) {
    return new NamedWeights(checkpoint, tensors, rowOrders, prefix + scope + ".");
  }

  @Override
  public boolean has(String name) {
    return tensors.containsKey(prefix + name);
  }

  @Override
  public PackedWeight get(String name) {
    StoredTensor tensor = tensor(name);
    int[] rowOrder = rowOrders.get(prefix + name);
    WeightFormat format = format(name, tensor);
    String fullName = prefix + name;
    if (tensor.shape().size() >= 2) {
      int columns = size(tensor, tensor.shape().getLast());
      int rows = columns == 0 ? 0 : size(tensor, elements(tensor) / columns);
      return new PackedWeight(fullName, format, rows, columns, tensor.data(), rowOrder);
    }
    if (rowOrder == null) {
      int columns = size(tensor, elements(tensor));
      return new PackedWeight(fullName, format, 1, columns, tensor.data());
    }
    float[] values = floats(name);
    byte[] bytes = new byte[Math.multiplyExact(values.length, Float.BYTES)];
    MemorySegment data = MemorySegment.ofArray(bytes);
    MemorySegment.copy(values, 0, data, FLOAT, 0, values.length);
    return new PackedWeight(fullName, WeightFormat.F32, 1, values.length, data);
  }

  @Override
  public float[] floats(String name) {
    StoredTensor tensor = tensor(name);
    int count = size(tensor, elements(tensor));
    float[] stored = new float[count];
    format(name, tensor).codec().decode(tensor.data(), 0, stored, 0, count);
    int[] rowOrder = rowOrders.get(prefix + name);
    if (rowOrder == null) {
      return stored;
    }
    int columns = count / rowOrder.length;
    float[] ordered = new float[count];
    for (int row = 0; row < rowOrder.length; row++) {
      System.arraycopy(stored, rowOrder[row] * columns, ordered, row * columns, columns);
    }
    return ordered;
  }

  private StoredTensor tensor(String name) {
    StoredTensor tensor = tensors.get(prefix + name);
    if (tensor == null) {
      throw new CheckpointException(checkpoint, "tensor '" + prefix + name + "'", "is not there");
    }
    return tensor;
  }

  private static long elements(StoredTensor tensor) {
    long elements = 1;
    for (long dim : tensor.shape()) {
      elements *= dim;
    }
    return elements;
  }

  private static int size(StoredTensor tensor, long size) {
    if (size > Integer.MAX_VALUE - 8) {
      throw new CheckpointException(
          tensor.file(),
          "tensor '" + tensor.name() + "'",
          "a size of " + size + " is beyond what one matrix may have (2^31)");
    }
    return (int) size;
  }

  private WeightFormat format(String name, StoredTensor tensor) {
    WeightFormat format = tensor.type().weight();
    if (format == null) {
      throw new CheckpointException(
          tensor.file(),
          "tensor '" + prefix + name + "'",
          tensor.type().name() + " is not supported as a weight");
    }
    return format;
  }
}
