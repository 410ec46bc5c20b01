package dev.javelin.fake;

import dev.javelin.engine.runner.ModelRunner;
import dev.javelin.engine.runner.ModelRunnerOutput;
import dev.javelin.engine.runner.StepHandle;
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
  private final int[] tokens;
  private final int[] positions;
  private final ToIntFunction<int[]> next;
  private final Consumer<SchedulerOutput> beforeStep;
  private volatile boolean closed;

  /**
   * @param next the token after a history
   * @param beforeStep sees each step first; may block or throw
   */
  public FakeModelRunner(
      int numBlocks,
      int blockSize,
      ToIntFunction<int[]> next,
      Consumer<SchedulerOutput> beforeStep) {
    this.blockSize = blockSize;
    this.next = next;
    this.beforeStep = beforeStep;
    tokens = new int[numBlocks * blockSize];
    positions = new int[numBlocks * blockSize];
    Arrays.fill(positions, -1);
  }

  /** A printable character that depends on the whole history. */
  public static int hash(int[] history) {
    return 'a' + Math.floorMod(Arrays.hashCode(history) * 0x9E3779B1 >>> 7, 26);
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
    for (ScheduledSequence sequence : step.scheduled()) {
      for (int i = 0; i < sequence.tokenIds().length; i++) {
        tokens[sequence.slotMapping()[i]] = sequence.tokenIds()[i];
        positions[sequence.slotMapping()[i]] = sequence.firstPosition() + i;
      }
    }
    return () -> new ModelRunnerOutput(sample(step));
  }

  private int[] sample(SchedulerOutput step) {
    int[] sampled = new int[step.scheduled().size()];
    for (int s = 0; s < sampled.length; s++) {
      ScheduledSequence sequence = step.scheduled().get(s);
      int[] history = new int[sequence.firstPosition() + sequence.tokenIds().length];
      for (int position = 0; position < history.length; position++) {
        int slot = sequence.blockTable()[position / blockSize] * blockSize + position % blockSize;
        if (positions[slot] != position) {
          throw new AssertionError(
              "slot %d holds position %d, not %d".formatted(slot, positions[slot], position));
        }
        history[position] = tokens[slot];
      }
      sampled[s] = sequence.needsLogits() ? next.applyAsInt(history) : ModelRunnerOutput.NONE;
    }
    return sampled;
  }

  @Override
  public void close() {
    closed = true;
  }
}
