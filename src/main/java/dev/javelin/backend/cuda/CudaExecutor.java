package dev.javelin.backend.cuda;

import dev.javelin.backend.AttentionMetadata;
import dev.javelin.backend.ForwardBatch;
import dev.javelin.backend.StepExecutor;
import dev.javelin.backend.cuda.driver.CudaGraph;
import dev.javelin.backend.cuda.driver.CudaStream;
import dev.javelin.tensor.Tensor;
import java.util.Arrays;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Steps in which every sequence has one token are filled up to one of a few sizes; the first of a
 * size runs call by call, the second is recorded as a CUDA graph, all others replay it. Other steps
 * run call by call.
 */
final class CudaExecutor implements StepExecutor, AutoCloseable {
  private static final int[] SIZES = {
    1, 2, 4, 8, 16, 32, 48, 64, 96, 128, 160, 192, 224, 256, 384, 512
  };

  private static final int NO_SLOT = -1;

  private final CudaBackend backend;
  private final CudaStream stream;
  private final CudaInputs inputs;
  private final CudaWorkspace workspace;
  private final @Nullable Recording[] recordings = new Recording[SIZES.length + 1];

  /** A graph with what its step returned, valid while nothing it points to has moved. */
  private record Recording(
      @Nullable CudaGraph graph, Tensor result, int workspaceGeneration, int inputGeneration) {}

  CudaExecutor(CudaBackend backend, CudaStream stream, CudaInputs inputs, CudaWorkspace workspace) {
    this.backend = backend;
    this.stream = stream;
    this.inputs = inputs;
    this.workspace = workspace;
  }

  @Override
  public Tensor run(ForwardBatch batch, Supplier<Tensor> step) {
    backend.makeCurrent();
    AttentionMetadata metadata = batch.attention;
    boolean decode =
        metadata.numTokens == metadata.numSequences && batch.numLogits == metadata.numTokens;
    if (!decode || !backend.records()) {
      return eager(batch, step);
    }
    int count = metadata.numTokens;
    int capacity = Math.min(metadata.seqLens.length, batch.tokenIds.length);
    int index = 0;
    while (index < SIZES.length && SIZES[index] < count) {
      index++;
    }
    int size = index < SIZES.length ? Math.min(SIZES[index], capacity) : capacity;
    if (size < count) {
      return eager(batch, step);
    }
    int drawn = batch.draws.count;
    fill(batch, count, size);
    try {
      return decode(batch, step, index);
    } finally {
      batch.draws.count = drawn;
      batch.numLogits = count;
      metadata.numTokens = count;
      metadata.numSequences = count;
    }
  }

  private Tensor eager(ForwardBatch batch, Supplier<Tensor> step) {
    inputs.begin(batch);
    stream.beginStep();
    try {
      return step.get();
    } finally {
      stream.endStep();
      inputs.end();
    }
  }

  private Tensor decode(ForwardBatch batch, Supplier<Tensor> step, int index) {
    Recording recording = recordings[index];
    inputs.begin(batch);
    try {
      if (recording == null || !current(recording)) {
        close(recording);
        stream.beginStep();
        Tensor result = step.get();
        stream.endStep();
        // What it allocated may have moved buffers: the numbers are taken after it.
        recordings[index] =
            new Recording(null, result, workspace.generation(), inputs.generation());
        return result;
      }
      if (recording.graph() == null) {
        recording = record(step);
        recordings[index] = recording;
      }
      CudaGraph graph = recording.graph();
      if (graph == null) {
        throw new IllegalStateException("a recording without a graph");
      }
      stream.beginStep();
      graph.launch(stream);
      stream.endStep();
      return recording.result();
    } finally {
      inputs.end();
    }
  }

  private Recording record(Supplier<Tensor> step) {
    Tensor result;
    stream.beginCapture();
    try {
      result = step.get();
    } catch (Throwable e) {
      stream.abandonCapture();
      throw e;
    }
    return new Recording(stream.endCapture(), result, workspace.generation(), inputs.generation());
  }

  private boolean current(Recording recording) {
    return recording.workspaceGeneration() == workspace.generation()
        && recording.inputGeneration() == inputs.generation();
  }

  /** Rows up to {@code size} that are computed for nothing and stored nowhere. */
  private static void fill(ForwardBatch batch, int count, int size) {
    AttentionMetadata metadata = batch.attention;
    for (int row = count; row < size; row++) {
      batch.tokenIds[row] = 0;
      batch.logitRows[row] = row;
      metadata.positions[row] = 0;
      metadata.slotMapping[row] = NO_SLOT;
      metadata.queryStart[row + 1] = row + 1;
      metadata.seqLens[row] = 0;
      metadata.promptLens[row] = 0;
    }
    if (batch.draws.count > 0) {
      Arrays.fill(batch.draws.temperature, count, size, 0);
      batch.draws.count = size;
    }
    batch.numLogits = size;
    metadata.numTokens = size;
    metadata.numSequences = size;
  }

  private static void close(@Nullable Recording recording) {
    if (recording != null && recording.graph() != null) {
      recording.graph().close();
    }
  }

  @Override
  public void close() {
    for (Recording recording : recordings) {
      close(recording);
    }
  }
}
