package dev.javelin.backend.cpu.linear;

import static dev.javelin.backend.cpu.simd.Lanes.FLOATS;

import dev.javelin.quant.WeightFormat;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Rows of x in the form that kernels read: padded with zeros to a multiple of 64 columns, with the
 * sums of every 32 columns, and, for codes that are masked out of an int but not shifted down,
 * divided by the power of 16 that is left in them. The division is exact.
 */
public final class PanelInput {
  private static final int MULTIPLE = 64;
  private static final float[] NONE = new float[0];

  private static final FloatVector FACTORS =
      FloatVector.fromArray(
          FLOATS,
          new float[] {
            1f, 0x1p-4f, 0x1p-8f, 0x1p-12f, 1f, 0x1p-4f, 0x1p-8f, 0x1p-12f,
            1f, 0x1p-4f, 0x1p-8f, 0x1p-12f, 1f, 0x1p-4f, 0x1p-8f, 0x1p-12f
          },
          0);

  private final boolean scaled;
  private float[] source = NONE;
  private int sourceOffset;
  private int columns;
  private boolean copies;
  private boolean sums;
  private float[] copied = NONE;

  /** The rows, from {@link #offset} on. */
  float[] x = NONE;

  int offset;
  int pitch;

  /** Sums of groups of 32 columns, from 0 on. */
  float[] groupSums = NONE;

  int sumsPitch;

  /** Bytes of the heap that a row of an input takes before it meets a weight of this kind. */
  public static long rowBytes(WeightFormat format, int columns) {
    PanelKernel kernel = PanelKernel.of(format, columns);
    long pitch = (columns + MULTIPLE - 1) / MULTIPLE * MULTIPLE;
    long copied = kernel.scalesInput() || pitch != columns ? pitch : 0;
    return Float.BYTES * (copied + (kernel.usesSums() ? pitch / 32 : 0));
  }

  /**
   * @param scaled for kernels that ask for it ({@link PanelKernel#scalesInput})
   */
  public PanelInput(boolean scaled) {
    this.scaled = scaled;
  }

  /** Takes rows; {@link #prepare} must run over all of them before a kernel reads. */
  public void start(float[] array, int from, int rows, int rowColumns, boolean withSums) {
    source = array;
    sourceOffset = from;
    columns = rowColumns;
    sums = withSums;
    pitch = (columns + MULTIPLE - 1) / MULTIPLE * MULTIPLE;
    sumsPitch = pitch / 32;
    copies = scaled || pitch != columns;
    if (copies) {
      int needed = Math.multiplyExact(rows, pitch);
      if (copied.length < needed) {
        copied = new float[needed];
      }
      x = copied;
      offset = 0;
    } else {
      x = source;
      offset = sourceOffset;
    }
    int needed = Math.multiplyExact(rows, sumsPitch);
    if (sums && groupSums.length < needed) {
      groupSums = new float[needed];
    }
  }

  /** Prepares rows {@code [from, to)}; threads may share the work. */
  public void prepare(int from, int to) {
    for (int row = from; row < to; row++) {
      int at = sourceOffset + row * columns;
      if (copies) {
        copy(at, row * pitch);
      }
      if (sums) {
        sum(at, row * sumsPitch);
      }
    }
  }

  /** Whether {@link #prepare} has anything to do. */
  public boolean needsWork() {
    return copies || sums;
  }

  private void copy(int from, int to) {
    if (scaled) {
      // Only formats with groups of 32 are scaled, so columns are a multiple of 32.
      for (int i = 0; i < columns; i += FLOATS.length()) {
        FloatVector.fromArray(FLOATS, source, from + i).mul(FACTORS).intoArray(copied, to + i);
      }
    } else {
      System.arraycopy(source, from, copied, to, columns);
    }
    Arrays.fill(copied, to + columns, to + pitch, 0f);
  }

  private void sum(int from, int to) {
    int groups = columns / 32;
    for (int g = 0; g < groups; g++) {
      int k = from + g * 32;
      float sum = 0;
      for (int i = 0; i < 32; i++) {
        sum += source[k + i];
      }
      groupSums[to + g] = sum;
    }
    Arrays.fill(groupSums, to + groups, to + sumsPitch, 0f);
  }
}
