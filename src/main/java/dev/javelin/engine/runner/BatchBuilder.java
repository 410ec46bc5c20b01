package dev.javelin.engine.runner;

import dev.javelin.backend.AttentionMetadata;
import dev.javelin.backend.ChosenTokens;
import dev.javelin.backend.ForwardBatch;
import dev.javelin.engine.scheduler.SchedulerOutput;
import dev.javelin.engine.scheduler.SchedulerOutput.ScheduledSequence;
import java.util.function.ToIntFunction;

/** Lays a scheduled step out as the flat arrays a model takes. */
final class BatchBuilder {
  private final int blockSize;
  private final ForwardBatch batch;

  BatchBuilder(int maxTokens, int maxSequences, int maxBlocksPerSequence, int blockSize) {
    this.blockSize = blockSize;
    batch = new ForwardBatch(maxTokens, maxSequences, maxBlocksPerSequence);
  }

  /** What {@link #build} fills. */
  ForwardBatch batch() {
    return batch;
  }

  /**
   * The same batch object every time, filled with {@code step}; the rows of logits of a sequence
   * are those of its prompt, then that of its last known token.
   *
   * @param promptRows of a sequence's run, how many positions before the prompt's last, or before
   *     the run's end, need logits
   * @param chosenRows by sequence id, the row of the step before that chooses an unknown token
   */
  ForwardBatch build(
      SchedulerOutput step, ToIntFunction<ScheduledSequence> promptRows, int[] chosenRows) {
    AttentionMetadata attention = batch.attention;
    int row = 0;
    batch.numLogits = 0;
    for (int s = 0; s < step.scheduled().size(); s++) {
      ScheduledSequence sequence = step.scheduled().get(s);
      int n = sequence.numTokens();
      System.arraycopy(sequence.tokens(), sequence.firstPosition(), batch.tokenIds, row, n);
      if (batch.tokenIds[row + n - 1] == ScheduledSequence.UNKNOWN) {
        batch.tokenIds[row + n - 1] = ChosenTokens.ofRow(chosenRows[sequence.id()]);
      }
      for (int i = 0; i < n; i++) {
        int position = sequence.firstPosition() + i;
        attention.positions[row + i] = position;
        attention.slotMapping[row + i] =
            sequence.blockTable()[position / blockSize] * blockSize + position % blockSize;
      }
      System.arraycopy(
          sequence.blockTable(),
          0,
          attention.blockTables,
          s * attention.maxBlocksPerSequence,
          sequence.numBlocks());
      attention.queryStart[s] = row;
      attention.seqLens[s] = sequence.end();
      attention.promptLens[s] = sequence.promptLength();
      int last = Math.min(sequence.end(), sequence.promptLength() - 1);
      for (int position = last - promptRows.applyAsInt(sequence); position < last; position++) {
        batch.logitRows[batch.numLogits++] = row + position - sequence.firstPosition();
      }
      row += n;
      if (sequence.needsLogits()) {
        batch.logitRows[batch.numLogits++] = row - 1;
      }
    }
    attention.queryStart[step.scheduled().size()] = row;
    attention.numSequences = step.scheduled().size();
    attention.numTokens = row;
    return batch;
  }
}
