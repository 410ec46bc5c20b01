package dev.javelin.quant;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * One weight matrix as a checkpoint stores it: rows of packed blocks, mapped, not copied.
 *
 * @param name Hugging Face name, for messages
 * @param rows output features (a vector has one row)
 * @param columns input features, a multiple of the format's block size
 * @param data rows x rowBytes bytes, row-major
 * @param rowOrder [rows] row r of this weight is stored row {@code rowOrder[r]}; null: as stored.
 *     GGUF keeps q and k rows permuted; undoing it costs nothing here.
 */
public record PackedWeight(
    String name,
    WeightFormat format,
    int rows,
    int columns,
    MemorySegment data,
    int @Nullable [] rowOrder) {

  public PackedWeight {
    if (data.byteSize() < Math.multiplyExact((long) rows, format.bytes(columns))) {
      throw new IllegalArgumentException(
          "%s: %d x %d %s needs %d bytes, got %d"
              .formatted(
                  name, rows, columns, format, rows * format.bytes(columns), data.byteSize()));
    }
  }

  public PackedWeight(String name, WeightFormat format, int rows, int columns, MemorySegment data) {
    this(name, format, rows, columns, data, null);
  }

  public long rowBytes() {
    return format.bytes(columns);
  }

  /** Offset of row {@code row} in {@link #data()}, in bytes. */
  public long rowOffset(int row) {
    return (rowOrder == null ? row : rowOrder[row]) * rowBytes();
  }

  /** Decodes one row into {@code target[targetOffset .. targetOffset + columns)}. */
  public void decodeRow(int row, float[] target, int targetOffset) {
    format.codec().decode(data, rowOffset(row), target, targetOffset, columns);
  }
}
