package dev.javelin.backend.cuda;

import dev.javelin.backend.cuda.driver.CudaStream;
import dev.javelin.backend.cuda.driver.DeviceArena;
import dev.javelin.backend.cuda.kernel.DecodeKernels;
import dev.javelin.backend.cuda.kernel.PackKernels;
import dev.javelin.backend.cuda.kernel.StreamKernels;
import dev.javelin.quant.BFloat16;
import dev.javelin.quant.PackedWeight;
import dev.javelin.quant.WeightFormat;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Weight matrices on the device. Quantised ones stay as they are stored; floats, and formats that
 * no kernel decodes, become bf16. A matrix that is asked for twice, such as a tied embedding, is
 * there once.
 */
final class CudaWeights {
  /**
   * One matrix.
   *
   * @param format as it lies there: BF16 or a quantised format that a kernel decodes
   * @param address rows of blocks, in the model's order
   * @param units whether rows are repacked into units of {@link PackKernels#UNIT_ROWS}
   */
  record Matrix(WeightFormat format, int rows, int columns, long address, boolean units) {
    /** Address of a row, which must begin a unit where there are units. */
    long row(int row) {
      return units
          ? address + row / PackKernels.UNIT_ROWS * PackKernels.rowBytes(format, columns)
          : address + row * format.bytes(columns);
    }
  }

  private final DeviceArena memory;
  private final CudaStream stream;
  private final Upload upload;
  private final DecodeKernels decode;
  private final PackKernels pack;
  private final Map<PackedWeight, Matrix> single = new IdentityHashMap<>();
  private long scratch;

  CudaWeights(
      DeviceArena memory,
      CudaStream stream,
      Upload upload,
      DecodeKernels decode,
      PackKernels pack) {
    this.memory = memory;
    this.stream = stream;
    this.upload = upload;
    this.decode = decode;
    this.pack = pack;
  }

  /** Format in which a weight lies on the device. */
  static WeightFormat resident(WeightFormat stored) {
    return switch (stored) {
      case Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K, Q6_K -> stored;
      case F32, F16, BF16 -> WeightFormat.BF16;
      case F64,
          Q2_K,
          Q3_K,
          IQ2_XXS,
          IQ2_XS,
          IQ3_XXS,
          IQ1_S,
          IQ4_NL,
          IQ3_S,
          IQ2_S,
          IQ4_XS,
          IQ1_M,
          TQ1_0,
          TQ2_0,
          MXFP4,
          NVFP4,
          Q1_0,
          Q2_0 ->
          WeightFormat.BF16;
    };
  }

  /** One matrix, shared with whoever asks for the same again. */
  Matrix load(PackedWeight weight) {
    return single.computeIfAbsent(
        weight,
        one -> {
          WeightFormat format = resident(one.format());
          long rowBytes = format.bytes(one.columns());
          long address = memory.allocate(one.rows() * rowBytes, one.name());
          write(one, address);
          return new Matrix(format, one.rows(), one.columns(), address, false);
        });
  }

  /** Matrices of bf16 one below the other, in one piece. */
  Matrix loadTogether(List<PackedWeight> weights) {
    int columns = weights.getFirst().columns();
    int rows = weights.stream().mapToInt(PackedWeight::rows).sum();
    long rowBytes = WeightFormat.BF16.bytes(columns);
    long address = memory.allocate(rows * rowBytes, weights.getFirst().name());
    long at = address;
    for (PackedWeight weight : weights) {
      write(weight, at);
      at += weight.rows() * rowBytes;
    }
    return new Matrix(WeightFormat.BF16, rows, columns, address, false);
  }

  /**
   * Quantised matrices of one format, one below the other, repacked into units.
   *
   * @param weights all but the last have whole units of rows
   */
  Matrix loadUnits(List<PackedWeight> weights) {
    WeightFormat format = weights.getFirst().format();
    int columns = weights.getFirst().columns();
    int rows = weights.stream().mapToInt(PackedWeight::rows).sum();
    int units = Math.ceilDiv(rows, StreamKernels.TILE_ROWS) * 2;
    long address =
        memory.allocate(units * PackKernels.rowBytes(format, columns), weights.getFirst().name());
    int unit = 0;
    for (PackedWeight weight : weights) {
      long rowBytes = weight.rowBytes();
      int perStage = stageRows(rowBytes) / PackKernels.UNIT_ROWS * PackKernels.UNIT_ROWS;
      for (int first = 0; first < weight.rows(); first += perStage) {
        int count = Math.min(perStage, weight.rows() - first);
        copyRows(weight, first, count, upload.stage());
        upload.send(scratch(), count * rowBytes);
        boolean last = weight == weights.getLast() && first + count == weight.rows();
        int padded = last ? units - unit : Math.ceilDiv(count, PackKernels.UNIT_ROWS);
        pack.units(
            format, address, scratch(), count, columns, padded * PackKernels.UNIT_ROWS, unit);
        unit += padded;
      }
    }
    return new Matrix(format, rows, columns, address, true);
  }

  private void write(PackedWeight weight, long target) {
    WeightFormat format = resident(weight.format());
    if (format == weight.format()) {
      writeStored(weight, target);
    } else if (DecodeKernels.FORMATS.contains(weight.format())) {
      convert(weight, target);
    } else {
      decodeOnHost(weight, target);
    }
  }

  private void writeStored(PackedWeight weight, long target) {
    if (weight.rowOrder() == null) {
      upload.copy(target, weight.data().asSlice(0, weight.rows() * weight.rowBytes()));
      return;
    }
    long rowBytes = weight.rowBytes();
    int perStage = stageRows(rowBytes);
    for (int first = 0; first < weight.rows(); first += perStage) {
      int count = Math.min(perStage, weight.rows() - first);
      MemorySegment stage = upload.stage();
      copyRows(weight, first, count, stage);
      upload.send(target + first * rowBytes, count * rowBytes);
    }
  }

  /** Floats travel as they are and become bf16 there. */
  private void convert(PackedWeight weight, long target) {
    long rowBytes = weight.rowBytes();
    int perStage = stageRows(rowBytes);
    for (int first = 0; first < weight.rows(); first += perStage) {
      int count = Math.min(perStage, weight.rows() - first);
      MemorySegment stage = upload.stage();
      copyRows(weight, first, count, stage);
      upload.send(scratch(), count * rowBytes);
      decode.toBf16(
          weight.format(),
          target + first * WeightFormat.BF16.bytes(weight.columns()),
          scratch(),
          (long) count * weight.columns());
    }
  }

  private void decodeOnHost(PackedWeight weight, long target) {
    long rowBytes = WeightFormat.BF16.bytes(weight.columns());
    int perStage = stageRows(rowBytes);
    float[] row = new float[weight.columns()];
    for (int first = 0; first < weight.rows(); first += perStage) {
      int count = Math.min(perStage, weight.rows() - first);
      MemorySegment stage = upload.stage();
      for (int i = 0; i < count; i++) {
        weight.decodeRow(first + i, row, 0);
        for (int j = 0; j < row.length; j++) {
          stage.set(
              ValueLayout.JAVA_SHORT_UNALIGNED, i * rowBytes + 2L * j, BFloat16.round(row[j]));
        }
      }
      upload.send(target + first * rowBytes, count * rowBytes);
    }
  }

  private static void copyRows(PackedWeight weight, int first, int count, MemorySegment target) {
    long rowBytes = weight.rowBytes();
    for (int i = 0; i < count; i++) {
      MemorySegment.copy(
          weight.data(), weight.rowOffset(first + i), target, i * rowBytes, rowBytes);
    }
  }

  private static int stageRows(long rowBytes) {
    if (rowBytes > Upload.STAGE_BYTES) {
      throw new IllegalArgumentException("a row of %d bytes is too long".formatted(rowBytes));
    }
    return Math.toIntExact(Upload.STAGE_BYTES / rowBytes);
  }

  /** Where stored floats wait for their conversion; stream order keeps one enough. */
  private long scratch() {
    if (scratch == 0) {
      scratch = memory.allocate(Upload.STAGE_BYTES, "conversion");
    }
    return scratch;
  }

  /** Frees what only loading needs. */
  void loaded() {
    if (scratch != 0) {
      stream.synchronize();
      memory.free(scratch);
      scratch = 0;
    }
  }
}
