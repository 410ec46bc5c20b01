package dev.javelin.fake;

import dev.javelin.engine.runner.ModelRunner;
import dev.javelin.engine.runner.ModelRunnerOutput;
import dev.javelin.engine.runner.StepHandle;
import dev.javelin.engine.scheduler.BlockMove;
import dev.javelin.engine.scheduler.SchedulerOutput;
import dev.javelin.engine.scheduler.SchedulerOutput.ScheduledSequence;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;

/**
 * Its "cache" holds tokens and positions; the next token is a function of the history that it reads
 * back through the block table. A wrong slot, position or block thus changes the answer or throws.
 */
public final class FakeModelRunner implements ModelRunner {
  private static final int VOCAB = 128;

  private final int blockSize;
  private final int window;
  private final int numBlocks;
  private final int hostSlots;
  private final int[] tokens;
  private final int[] positions;
  private final ToIntFunction<int[]> next;
  private final Consumer<SchedulerOutput> beforeStep;
  private final Runnable onRestart;
  private volatile boolean closed;
  private volatile int restarts;

  /**
   * @param next the token after a history
   * @param beforeStep sees each step first; may block or throw
   */
  public FakeModelRunner(
      int numBlocks,
      int blockSize,
      ToIntFunction<int[]> next,
      Consumer<SchedulerOutput> beforeStep) {
    this(numBlocks, blockSize, 0, 0, next, beforeStep, () -> {});
  }

  /**
   * @param onRestart may throw
   */
  public FakeModelRunner(
      int numBlocks,
      int blockSize,
      ToIntFunction<int[]> next,
      Consumer<SchedulerOutput> beforeStep,
      Runnable onRestart) {
    this(numBlocks, blockSize, 0, 0, next, beforeStep, onRestart);
  }

  /**
   * @param window tokens it looks back, the last included; 0: all
   * @param hostSlots blocks it keeps in host memory
   */
  public FakeModelRunner(
      int numBlocks,
      int blockSize,
      int window,
      int hostSlots,
      ToIntFunction<int[]> next,
      Consumer<SchedulerOutput> beforeStep,
      Runnable onRestart) {
    this.onRestart = onRestart;
    this.blockSize = blockSize;
    this.window = window;
    this.numBlocks = numBlocks;
    this.hostSlots = hostSlots;
    this.next = next;
    this.beforeStep = beforeStep;
    tokens = new int[(numBlocks + hostSlots) * blockSize];
    positions = new int[(numBlocks + hostSlots) * blockSize];
    Arrays.fill(positions, -1);
  }

  /** A printable character that depends on the whole history. */
  public static int hash(int[] history) {
    return 'a' + Math.floorMod(Arrays.hashCode(history) * 0x9E3779B1 >>> 7, 26);
  }

  public int restarts() {
    return restarts;
  }

  public boolean closed() {
    return closed;
  }

  @Override
  public int vocabSize() {
    return VOCAB;
  }

  @Override
  public StepHandle launch(SchedulerOutput step) {
    beforeStep.accept(step);
    for (BlockMove move : step.moves()) {
      move(move);
    }
    for (ScheduledSequence sequence : step.scheduled()) {
      for (int position = sequence.firstPosition(); position < sequence.end(); position++) {
        tokens[slot(sequence, position)] = sequence.token(position);
        positions[slot(sequence, position)] = position;
      }
    }
    return () -> new ModelRunnerOutput(sample(step));
  }

  private int[] sample(SchedulerOutput step) {
    int[] sampled = new int[step.scheduled().size()];
    for (int s = 0; s < sampled.length; s++) {
      ScheduledSequence sequence = step.scheduled().get(s);
      int first = start(sequence.firstPosition());
      for (int position = first; position < sequence.end(); position++) {
        int slot = slot(sequence, position);
        if (positions[slot] != position) {
          throw new AssertionError(
              "slot %d holds position %d, not %d".formatted(slot, positions[slot], position));
        }
      }
      first = start(sequence.end() - 1);
      int[] history = new int[sequence.end() - first];
      for (int i = 0; i < history.length; i++) {
        history[i] = tokens[slot(sequence, first + i)];
      }
      sampled[s] = sequence.needsLogits() ? next.applyAsInt(history) : ModelRunnerOutput.NONE;
    }
    return sampled;
  }

  /** The slots of host memory lie behind those of the cache. */
  private void move(BlockMove move) {
    int block = move.block() * blockSize;
    int slot = (numBlocks + move.slot()) * blockSize;
    int from = move.toHost() ? block : slot;
    int to = move.toHost() ? slot : block;
    System.arraycopy(tokens, from, tokens, to, blockSize);
    System.arraycopy(positions, from, positions, to, blockSize);
  }

  @Override
  public int hostSlots() {
    return hostSlots;
  }

  private int start(int position) {
    return window == 0 ? 0 : Math.max(0, position - window + 1);
  }

  @Override
  public int attentionWindow() {
    return window;
  }

  private int slot(ScheduledSequence sequence, int position) {
    int index = position / blockSize;
    if (index >= sequence.numBlocks()) {
      throw new AssertionError("position %d has no block".formatted(position));
    }
    return sequence.blockTable()[index] * blockSize + position % blockSize;
  }

  @Override
  public void restart() {
    restarts++;
    onRestart.run();
    Arrays.fill(positions, -1);
  }

  @Override
  public void close() {
    closed = true;
  }
}
