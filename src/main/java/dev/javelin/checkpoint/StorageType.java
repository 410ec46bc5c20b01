package dev.javelin.checkpoint;

import dev.javelin.quant.WeightFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a file stores one tensor's elements.
 *
 * @param blockElements elements that are stored together
 * @param blockBits bits of those elements
 * @param weight the format that decodes them; null where a model has no use for the type as weight
 */
record StorageType(String name, int blockElements, int blockBits, @Nullable WeightFormat weight) {

  private static final Map<Integer, StorageType> GGML_INTEGERS =
      Map.of(
          24, plain("I8", 8),
          25, plain("I16", 16),
          26, plain("I32", 32),
          27, plain("I64", 64));

  /** The type with this id in a GGUF file. */
  static Optional<StorageType> ofGgml(long id) {
    Optional<StorageType> weight = WeightFormat.ofGgmlType(id).map(StorageType::of);
    return weight.isPresent() || id != (int) id
        ? weight
        : Optional.ofNullable(GGML_INTEGERS.get((int) id));
  }

  /** The type a safetensors header calls {@code dtype}. */
  static Optional<StorageType> ofSafetensors(String dtype) {
    return Optional.ofNullable(
        switch (dtype) {
          case "F64" -> of(WeightFormat.F64);
          case "F32" -> of(WeightFormat.F32);
          case "F16" -> of(WeightFormat.F16);
          case "BF16" -> of(WeightFormat.BF16);
          case "F4" -> plain(dtype, 4);
          case "F6_E2M3", "F6_E3M2" -> plain(dtype, 6);
          case "BOOL", "U8", "I8", "F8_E5M2", "F8_E4M3", "F8_E8M0" -> plain(dtype, 8);
          case "U16", "I16" -> plain(dtype, 16);
          case "U32", "I32" -> plain(dtype, 32);
          case "U64", "I64", "C64" -> plain(dtype, 64);
          default -> null;
        });
  }

  private static StorageType of(WeightFormat format) {
    return new StorageType(
        format.name(), format.blockElements(), Math.multiplyExact(format.blockBytes(), 8), format);
  }

  private static StorageType plain(String name, int bits) {
    return new StorageType(name, 1, bits, null);
  }

  /**
   * Bytes of a row-major tensor.
   *
   * @param shape outermost first
   * @throws IllegalArgumentException if a dimension is negative, the rows do not fill whole blocks,
   *     the elements do not fill whole bytes, or the product overflows
   */
  long bytes(long[] shape) {
    long elements = 1;
    boolean empty = false;
    try {
      for (long dim : shape) {
        if (dim < 0) {
          throw new IllegalArgumentException("dimension " + dim + " is negative");
        }
        empty |= dim == 0;
        elements = Math.multiplyExact(elements, Math.max(dim, 1));
      }
      if (empty) {
        return 0;
      }
      long row = shape.length == 0 ? 1 : shape[shape.length - 1];
      if (row % blockElements != 0) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "a row of %d elements does not fill blocks of %d (%s)",
                row,
                blockElements,
                name));
      }
      long bits = Math.multiplyExact(elements / blockElements, (long) blockBits);
      if (bits % 8 != 0) {
        throw new IllegalArgumentException(
            elements + " elements of " + name + " do not fill whole bytes");
      }
      return bits / 8;
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("the shape overflows 64 bits", e);
    }
  }
}
