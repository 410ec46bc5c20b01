package dev.javelin.engine.scheduler;

import dev.javelin.engine.scheduler.SchedulerOutput.NewSequence;
import dev.javelin.engine.scheduler.SchedulerOutput.ScheduledSequence;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A step while it is put together. */
final class StepBuilder {
  private final List<Sequence> sequences;
  private final List<ScheduledSequence> scheduled;
  private final List<NewSequence> newSequences = new ArrayList<>(0);
  private int numTokens;

  StepBuilder(int expected) {
    sequences = new ArrayList<>(expected);
    scheduled = new ArrayList<>(expected);
  }

  int numTokens() {
    return numTokens;
  }

  /** Adds the tokens of {@code sequence} from {@code from} to what is now computed. */
  void add(Sequence sequence, int from, int numBlocks) {
    int to = sequence.numComputedTokens;
    sequences.add(sequence);
    scheduled.add(
        new ScheduledSequence(
            sequence.id,
            from,
            to - from,
            sequence.tokens(),
            sequence.blocks(),
            numBlocks,
            sequence.numPromptTokens(),
            to == sequence.numTokens()));
    numTokens += to - from;
    SequenceHistory history = sequence.history;
    history.steps++;
    if (from < sequence.numPromptTokens()) {
      history.chunks++;
    }
    if (!sequence.announced) {
      sequence.announced = true;
      newSequences.add(
          new NewSequence(
              sequence.id,
              sequence.tokens(),
              sequence.numPromptTokens(),
              sequence.numTokens(),
              sequence.sampling(),
              sequence.endTokenIds()));
    }
  }

  SchedulerOutput build(int[] finishedIds, List<BlockMove> moves) {
    int mates = sequences.size() - 1;
    for (int i = 0; i <= mates; i++) {
      SequenceHistory history = sequences.get(i).history;
      history.batchMates += mates;
      history.mostBatchMates = Math.max(history.mostBatchMates, mates);
    }
    // Not copied: nobody else holds these lists.
    return new SchedulerOutput(
        Collections.unmodifiableList(moves),
        Collections.unmodifiableList(scheduled),
        Collections.unmodifiableList(newSequences),
        finishedIds,
        numTokens);
  }
}
