package dev.javelin.backend.cuda;

import dev.javelin.backend.ChosenTokens;
import dev.javelin.backend.TokenDraws;
import dev.javelin.backend.cuda.driver.Copies;
import dev.javelin.backend.cuda.driver.CudaEvent;
import dev.javelin.backend.cuda.driver.CudaStream;
import dev.javelin.backend.cuda.driver.DeviceArena;
import dev.javelin.backend.cuda.driver.PinnedMemory;
import dev.javelin.backend.cuda.kernel.SampleKernels;
import dev.javelin.tensor.DType;
import dev.javelin.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Chosen tokens at one address for all steps, so that a recorded step finds those of the step
 * before. A step reads them first and writes them last, and the copy to the host lies between two
 * steps in the stream.
 */
final class CudaTokens implements ChosenTokens, AutoCloseable {
  private static final int MOST_ROWS = 1 << 16;
  private static final int READINGS = 2;

  /** The least that may stand in place of a token id. */
  static final int LEAST_ID = -MOST_ROWS;

  private final SampleKernels kernels;
  private final CudaInputs inputs;
  private final CudaStream stream;
  private final CudaBuffer buffer;
  private final PinnedMemory[] stages = new PinnedMemory[READINGS];
  private final CudaEvent[] copied = new CudaEvent[READINGS];
  private int next;

  CudaTokens(SampleKernels kernels, CudaInputs inputs, DeviceArena memory, CudaStream stream) {
    this.kernels = kernels;
    this.inputs = inputs;
    this.stream = stream;
    long bytes = (long) MOST_ROWS * Float.BYTES;
    buffer = new CudaBuffer(memory.allocate(bytes, "chosen tokens"), bytes);
    for (int i = 0; i < READINGS; i++) {
      stages[i] = new PinnedMemory(bytes);
      copied[i] = new CudaEvent(false);
    }
  }

  long address() {
    return buffer.address();
  }

  @Override
  public boolean feeds() {
    return true;
  }

  /**
   * @throws IllegalArgumentException over 65,536 rows
   */
  @Override
  public Tensor rows(int rows) {
    if (rows > MOST_ROWS) {
      throw new IllegalArgumentException("%d rows; at most %d".formatted(rows, MOST_ROWS));
    }
    return new Tensor(DType.F32, buffer, 0, rows, 1);
  }

  @Override
  public boolean draws() {
    return true;
  }

  @Override
  public void draw(Tensor chosen, Tensor logits, TokenDraws draws) {
    CudaBuffer.checkShape("chosen tokens", chosen, logits.rows(), 1);
    kernels.draw(
        CudaBuffer.address(chosen, DType.F32),
        CudaBuffer.address(logits, DType.F32),
        inputs.draws(draws),
        logits.rows(),
        logits.columns());
  }

  @Override
  public Reading read(Tensor chosen, int count) {
    MemorySegment stage = stages[next].segment();
    CudaEvent event = copied[next];
    next = (next + 1) % READINGS;
    if (count > 0) {
      Copies.toHost(stage, address(), (long) count * Float.BYTES, stream);
    }
    event.record(stream);
    return target -> {
      event.synchronize();
      MemorySegment.copy(stage, ValueLayout.JAVA_FLOAT, 0, target, 0, count);
    };
  }

  @Override
  public void close() {
    for (int i = 0; i < READINGS; i++) {
      copied[i].close();
      stages[i].close();
    }
  }
}
