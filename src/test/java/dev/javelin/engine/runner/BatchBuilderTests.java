package dev.javelin.engine.runner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.backend.AttentionMetadata;
import dev.javelin.backend.ChosenTokens;
import dev.javelin.backend.ForwardBatch;
import dev.javelin.engine.scheduler.SchedulerOutput;
import dev.javelin.engine.scheduler.SchedulerOutput.ScheduledSequence;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class BatchBuilderTests {
  private static final int[] ROWS = {};

  @Test
  void sequencesLieOneAfterTheOther() {
    BatchBuilder builder = new BatchBuilder(8, 3, 4, 4);
    // Behind the stated ranges lies what the sequence got since.
    ScheduledSequence decode =
        new ScheduledSequence(
            5, 6, 1, new int[] {1, 1, 1, 1, 1, 1, 70, 99}, new int[] {2, 3, 9}, 2, 4, true);
    ScheduledSequence chunk =
        new ScheduledSequence(1, 2, 2, new int[] {1, 1, 71, 72, 99}, new int[] {5, 9}, 1, 9, false);
    ScheduledSequence prompt =
        new ScheduledSequence(2, 0, 2, new int[] {73, 74}, new int[] {7}, 1, 2, true);

    ForwardBatch batch = builder.build(step(decode, chunk, prompt), _ -> 0, ROWS);

    AttentionMetadata attention = batch.attention;
    assertThat(batch.numTokens()).isEqualTo(5);
    assertThat(attention.numSequences).isEqualTo(3);
    assertThat(batch.tokenIds).startsWith(70, 71, 72, 73, 74);
    assertThat(attention.positions).startsWith(6, 2, 3, 0, 1);
    assertThat(attention.slotMapping).startsWith(14, 22, 23, 28, 29);
    assertThat(attention.queryStart).containsExactly(0, 1, 3, 5);
    assertThat(attention.seqLens).containsExactly(7, 4, 2);
    assertThat(attention.promptLens).containsExactly(4, 9, 2);
    assertThat(attention.blockTables).containsExactly(2, 3, 0, 0, 5, 0, 0, 0, 7, 0, 0, 0);
    assertThat(Arrays.copyOf(batch.logitRows, batch.numLogits)).containsExactly(0, 4);

    ForwardBatch next = builder.build(step(decode), _ -> 0, ROWS);
    assertThat(next.numTokens()).isEqualTo(1);
    assertThat(next.attention.numSequences).isEqualTo(1);
    assertThat(next.attention.queryStart).startsWith(0, 1);
    assertThat(next.numLogits).isEqualTo(1);
  }

  @Test
  void promptsThatAreScoredHaveTheirRowsBeforeTheSampledOne() {
    BatchBuilder builder = new BatchBuilder(16, 3, 4, 4);
    ScheduledSequence first =
        new ScheduledSequence(1, 0, 3, new int[8], new int[] {5}, 1, 5, false);
    ScheduledSequence last =
        new ScheduledSequence(2, 2, 3, new int[8], new int[] {7, 8}, 2, 5, true);
    // Computed again after a preemption: positions 0 and 1 were scored before.
    ScheduledSequence again =
        new ScheduledSequence(3, 0, 6, new int[8], new int[] {1, 2}, 2, 5, true);
    ForwardBatch batch =
        builder.build(step(first, last, again), run -> run.id() == 1 ? 3 : 2, ROWS);
    assertThat(Arrays.copyOf(batch.logitRows, batch.numLogits))
        .containsExactly(0, 1, 2, 3, 4, 5, 8, 9, 11);
  }

  @Test
  void anUnknownTokenIsTheOneThatItsRowOfTheLastStepChose() {
    BatchBuilder builder = new BatchBuilder(8, 3, 4, 4);
    int unknown = ScheduledSequence.UNKNOWN;
    ScheduledSequence decode =
        new ScheduledSequence(2, 2, 1, new int[] {1, 1, unknown}, new int[] {2}, 1, 2, true);
    ScheduledSequence again =
        new ScheduledSequence(0, 0, 3, new int[] {70, 71, unknown}, new int[] {3}, 1, 2, true);
    ForwardBatch batch = builder.build(step(decode, again), _ -> 0, new int[] {1, 0, 4});
    assertThat(batch.tokenIds).startsWith(ChosenTokens.ofRow(4), 70, 71, ChosenTokens.ofRow(1));
  }

  private static SchedulerOutput step(ScheduledSequence... scheduled) {
    int tokens = Arrays.stream(scheduled).mapToInt(ScheduledSequence::numTokens).sum();
    return new SchedulerOutput(List.of(), List.of(scheduled), List.of(), new int[0], tokens);
  }
}
