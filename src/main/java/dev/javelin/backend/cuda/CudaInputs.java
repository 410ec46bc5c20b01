package dev.javelin.backend.cuda;

import dev.javelin.backend.AttentionMetadata;
import dev.javelin.backend.ForwardBatch;
import dev.javelin.backend.TokenDraws;
import dev.javelin.backend.cuda.driver.Copies;
import dev.javelin.backend.cuda.driver.CudaEvent;
import dev.javelin.backend.cuda.driver.CudaStream;
import dev.javelin.backend.cuda.driver.DeviceArena;
import dev.javelin.backend.cuda.driver.PinnedMemory;
import dev.javelin.backend.cuda.kernel.SampleKernels;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * The integers of a step on the device, brought by one copy. For one number of rows and sequences
 * every array has one address, so a recorded step finds the next step's there:
 *
 * <pre>
 * tokenIds | positions | slots | rowSequence | logitRows | queryStart | seqLens | blockTables | draws
 * </pre>
 */
final class CudaInputs implements AutoCloseable {
  private static final int INT = Integer.BYTES;
  private static final int STAGES = 2;

  private final DeviceArena memory;
  private final CudaStream stream;
  private final PinnedMemory[] stages = new PinnedMemory[STAGES];
  private final CudaEvent[] copied = new CudaEvent[STAGES];
  private int stage;
  private long capacity;
  private long device;
  private int generation;

  private @Nullable ForwardBatch current;
  private int rows;
  private int sequences;

  CudaInputs(DeviceArena memory, CudaStream stream) {
    this.memory = memory;
    this.stream = stream;
    for (int i = 0; i < STAGES; i++) {
      copied[i] = new CudaEvent(false);
    }
  }

  /** Changes when the arrays move. */
  int generation() {
    return generation;
  }

  /** Copies {@code batch} to the device; its arrays may be given to ops until {@link #end}. */
  void begin(ForwardBatch batch) {
    copy(batch.attention, batch);
    current = batch;
  }

  void end() {
    current = null;
  }

  /** The device's copy of the first {@code count} elements of {@code indices}. */
  long indices(int[] indices, int count) {
    if (current != null && indices == current.tokenIds) {
      return device;
    }
    if (current != null && indices == current.logitRows) {
      return device + 4L * rows * INT;
    }
    // Only a caller outside a step, such as a test, has other arrays.
    ForwardBatch single = new ForwardBatch(count, 0, 0);
    single.attention.numTokens = count;
    System.arraycopy(indices, 0, single.tokenIds, 0, count);
    copy(single.attention, single);
    return device;
  }

  /** This, with the arrays of {@code metadata} on the device. */
  CudaInputs of(AttentionMetadata metadata) {
    if (current == null || metadata != current.attention) {
      copy(metadata, null);
    }
    return this;
  }

  long positions() {
    return device + (long) rows * INT;
  }

  long slots() {
    return device + 2L * rows * INT;
  }

  long rowSequence() {
    return device + 3L * rows * INT;
  }

  long queryStart() {
    return device + 5L * rows * INT;
  }

  long seqLens() {
    return queryStart() + (sequences + 1L) * INT;
  }

  long blockTables() {
    return seqLens() + (long) sequences * INT;
  }

  /** How the rows of logits of the step's batch are drawn. */
  long draws(TokenDraws draws) {
    if (current == null || draws != current.draws) {
      throw new IllegalArgumentException("draws of another batch than the step's");
    }
    return blockTables() + (long) sequences * current.attention.maxBlocksPerSequence * INT;
  }

  private void copy(AttentionMetadata metadata, @Nullable ForwardBatch batch) {
    rows = metadata.numTokens;
    sequences = metadata.numSequences;
    int drawn = batch == null ? 0 : batch.draws.count;
    long drawsAt =
        5L * rows + 2L * sequences + 1 + (long) sequences * metadata.maxBlocksPerSequence;
    long bytes = INT * (drawsAt + (long) SampleKernels.DRAW_WORDS * drawn);
    reserve(bytes);
    stage = (stage + 1) % STAGES;
    copied[stage].synchronize();
    MemorySegment host = stages[stage].segment();
    if (batch != null) {
      put(host, 0, batch.tokenIds, 0, rows);
      put(host, 4L * rows, batch.logitRows, 0, batch.numLogits);
    }
    put(host, rows, metadata.positions, 0, rows);
    put(host, 2L * rows, metadata.slotMapping, 0, rows);
    for (int s = 0; s < sequences; s++) {
      for (int row = metadata.queryStart[s]; row < metadata.queryStart[s + 1]; row++) {
        host.setAtIndex(ValueLayout.JAVA_INT, 3L * rows + row, s);
      }
    }
    put(host, 5L * rows, metadata.queryStart, 0, sequences + 1);
    put(host, 5L * rows + sequences + 1, metadata.seqLens, 0, sequences);
    put(
        host,
        5L * rows + 2L * sequences + 1,
        metadata.blockTables,
        0,
        sequences * metadata.maxBlocksPerSequence);
    if (batch != null) {
      for (int row = 0; row < drawn; row++) {
        put(host, drawsAt + (long) SampleKernels.DRAW_WORDS * row, batch.draws, row);
      }
    }
    Copies.toDevice(device, host, bytes, stream);
    copied[stage].record(stream);
  }

  private static void put(MemorySegment host, long at, TokenDraws draws, int row) {
    long uniform = Double.doubleToRawLongBits(draws.uniform[row]);
    host.setAtIndex(ValueLayout.JAVA_FLOAT, at, draws.temperature[row]);
    host.setAtIndex(ValueLayout.JAVA_FLOAT, at + 1, draws.minP[row]);
    host.setAtIndex(ValueLayout.JAVA_FLOAT, at + 2, draws.topP[row]);
    host.setAtIndex(ValueLayout.JAVA_INT, at + 3, draws.topK[row]);
    host.setAtIndex(ValueLayout.JAVA_INT, at + 4, (int) uniform);
    host.setAtIndex(ValueLayout.JAVA_INT, at + 5, (int) (uniform >>> 32));
  }

  private static void put(MemorySegment host, long at, int[] source, int from, int count) {
    MemorySegment.copy(source, from, host, ValueLayout.JAVA_INT, at * INT, count);
  }

  private void reserve(long bytes) {
    if (bytes <= capacity) {
      return;
    }
    stream.synchronize();
    closeStages();
    memory.free(device);
    capacity = Math.max(2L << 20, Long.highestOneBit(bytes - 1) * 2);
    device = memory.allocate(capacity, "a step's inputs");
    for (int i = 0; i < STAGES; i++) {
      stages[i] = new PinnedMemory(capacity);
    }
    generation++;
  }

  private void closeStages() {
    for (int i = 0; i < STAGES; i++) {
      if (stages[i] != null) {
        stages[i].close();
      }
    }
  }

  @Override
  public void close() {
    closeStages();
    for (CudaEvent event : copied) {
      event.close();
    }
  }
}
