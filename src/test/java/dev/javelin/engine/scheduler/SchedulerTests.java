package dev.javelin.engine.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.engine.request.SamplingParams;
import dev.javelin.engine.runner.ModelRunnerOutput;
import dev.javelin.engine.scheduler.SchedulerOutput.ScheduledSequence;
import dev.javelin.fake.FakeModelRunner;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SchedulerTests {
  private static final int STEP_LIMIT = 100_000;

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1, 1",
    "4, 2, 3, 2",
    "5, 4, 7, 8",
    "8, 1, 8, 3",
    "8, 4, 16, 4",
    "16, 16, 5, 32",
    "30, 2, 1, 2",
    "64, 4, 64, 16",
    "6, 3, 512, 32"
  })
  void everySequenceEndsWithItsOwnTokensUnderRandomArrivalsAndAborts(
      int numBlocks, int blockSize, int tokenBudget, int maxSequences) {
    for (long seed = 0; seed < 30; seed++) {
      runRandomly(new Random(seed), numBlocks, blockSize, tokenBudget, maxSequences, 25);
    }
  }

  @Test
  @Tag("soak")
  void everySequenceEndsWithItsOwnTokensForLong() {
    for (long seed = 0; seed < 500; seed++) {
      Random random = new Random(seed);
      runRandomly(
          random,
          1 + random.nextInt(40),
          1 + random.nextInt(8),
          1 + random.nextInt(64),
          1 + random.nextInt(16),
          100);
    }
  }

  private static void runRandomly(
      Random random, int numBlocks, int blockSize, int budget, int maxSequences, int total) {
    BlockPool pool = new BlockPool(numBlocks);
    Scheduler scheduler = new Scheduler(pool, blockSize, maxSequences, budget);
    FakeModelRunner runner =
        new FakeModelRunner(numBlocks, blockSize, FakeModelRunner::hash, step -> {});
    Map<Integer, Sequence> live = new HashMap<>();
    Map<Sequence, Integer> goal = new HashMap<>();
    Set<Integer> announced = new HashSet<>();
    int arrived = 0;
    for (int step = 0; arrived < total || scheduler.hasWork(); step++) {
      assertThat(step).as("steps until all have ended").isLessThan(STEP_LIMIT);
      while (arrived < total && random.nextInt(3) == 0) {
        int capacity = numBlocks * blockSize;
        int[] prompt = random.ints(1 + random.nextInt(capacity), 0, 128).toArray();
        Sequence sequence = new Sequence(prompt, SamplingParams.DEFAULT, new int[0]);
        scheduler.add(sequence);
        assertThat(live.put(sequence.id(), sequence)).isNull();
        goal.put(sequence, Math.min(prompt.length + 1 + random.nextInt(12), capacity + 1));
        arrived++;
      }
      if (!live.isEmpty() && random.nextInt(10) == 0) {
        List<Sequence> all = new ArrayList<>(live.values());
        end(scheduler, live, all.get(random.nextInt(all.size())));
      }
      SchedulerOutput output = scheduler.schedule();
      check(output, pool, live, announced, budget, maxSequences);
      if (scheduler.hasWork()) {
        assertThat(output.scheduled()).isNotEmpty();
      }
      int[] sampled = runner.launch(output).await().sampledTokenIds();
      for (int i = 0; i < sampled.length; i++) {
        if (sampled[i] != ModelRunnerOutput.NONE) {
          Sequence sequence = live.get(output.scheduled().get(i).id());
          scheduler.append(sequence, sampled[i]);
          if (sequence.numTokens() == goal.get(sequence)) {
            assertThat(sequence.tokens(0, sequence.numTokens())).isEqualTo(alone(sequence));
            end(scheduler, live, sequence);
          }
        }
      }
    }
    assertThat(pool.numFree()).isEqualTo(numBlocks);
    pool.checkIntegrity();
  }

  private static void end(Scheduler scheduler, Map<Integer, Sequence> live, Sequence sequence) {
    live.remove(sequence.id());
    scheduler.finish(sequence);
    assertThat(sequence.blockTable()).isEmpty();
  }

  private static int[] alone(Sequence sequence) {
    int[] tokens = Arrays.copyOf(sequence.promptTokenIds(), sequence.numTokens());
    for (int n = sequence.numPromptTokens(); n < tokens.length; n++) {
      tokens[n] = FakeModelRunner.hash(Arrays.copyOf(tokens, n));
    }
    return tokens;
  }

  private static void check(
      SchedulerOutput output,
      BlockPool pool,
      Map<Integer, Sequence> live,
      Set<Integer> announced,
      int budget,
      int maxSequences) {
    pool.checkIntegrity();
    Set<Integer> held = new HashSet<>();
    int numHeld = 0;
    for (Sequence sequence : live.values()) {
      for (int block : sequence.blockTable()) {
        held.add(block);
        numHeld++;
      }
    }
    assertThat(held).as("no block in two sequences").hasSize(numHeld);
    assertThat(numHeld + pool.numFree()).isEqualTo(pool.numBlocks());
    for (int id : output.finishedIds()) {
      assertThat(announced.remove(id)).isTrue();
    }
    output.newSequences().forEach(added -> assertThat(announced.add(added.id())).isTrue());
    int tokens = 0;
    Set<Integer> ids = new HashSet<>();
    for (ScheduledSequence scheduled : output.scheduled()) {
      tokens += scheduled.tokenIds().length;
      assertThat(scheduled.tokenIds()).isNotEmpty();
      assertThat(ids.add(scheduled.id())).isTrue();
      assertThat(announced).contains(scheduled.id());
    }
    assertThat(tokens).isEqualTo(output.numTokens()).isLessThanOrEqualTo(budget);
    assertThat(output.scheduled().size()).isLessThanOrEqualTo(maxSequences);
  }

  @Test
  void promptChunksRunBesideDecodesUnderOneBudget() {
    Scheduler scheduler = new Scheduler(new BlockPool(100), 4, 8, 5);
    Sequence first = new Sequence(new int[3], SamplingParams.DEFAULT, new int[0]);
    Sequence second = new Sequence(new int[9], SamplingParams.DEFAULT, new int[0]);
    scheduler.add(first);
    scheduler.add(second);
    assertThat(lengths(scheduler.schedule())).containsExactly(3, 2);
    scheduler.append(first, 7);
    assertThat(lengths(scheduler.schedule())).containsExactly(1, 4);
    scheduler.append(first, 7);
    SchedulerOutput third = scheduler.schedule();
    assertThat(lengths(third)).containsExactly(1, 3);
    assertThat(third.scheduled().get(1).needsLogits()).isTrue();
    assertThat(third.scheduled().get(1).firstPosition()).isEqualTo(6);
  }

  @Test
  void theNewestGivesWayWhenBlocksRunOutAndKeepsItsTokens() {
    Scheduler scheduler = new Scheduler(new BlockPool(5), 2, 8, 64);
    Sequence old = new Sequence(new int[2], SamplingParams.DEFAULT, new int[0]);
    Sequence young = new Sequence(new int[2], SamplingParams.DEFAULT, new int[0]);
    scheduler.add(old);
    scheduler.add(young);
    while (scheduler.preemptions() == 0) {
      for (ScheduledSequence scheduled : scheduler.schedule().scheduled()) {
        scheduler.append(scheduled.id() == old.id() ? old : young, 9);
      }
    }
    assertThat(young.blockTable()).isEmpty();
    assertThat(young.numComputedTokens()).isZero();
    assertThat(young.numOutputTokens()).isPositive();
    assertThat(old.numComputedTokens()).isPositive();
    scheduler.finish(old);
    SchedulerOutput again = scheduler.schedule();
    assertThat(lengths(again)).containsExactly(young.numTokens());
    assertThat(again.newSequences()).isEmpty();
  }

  private static List<Integer> lengths(SchedulerOutput output) {
    return output.scheduled().stream().map(scheduled -> scheduled.tokenIds().length).toList();
  }
}
