package dev.javelin.engine.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.engine.request.GenerationRequest;
import dev.javelin.engine.request.SamplingParams;
import dev.javelin.engine.request.Tenant;
import dev.javelin.engine.scheduler.SchedulerOutput.ScheduledSequence;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PrefixCacheTests {
  private static final int BLOCK = 16;

  private final BlockPool pool = new BlockPool(100);
  private final Scheduler scheduler = new Scheduler(pool, SchedulerOptions.of(BLOCK, 8, 1000));

  private static int[] prompt(int shared, int own, int seed) {
    return IntStream.concat(IntStream.range(0, shared), IntStream.range(seed, seed + own))
        .toArray();
  }

  private static Sequence sequence(int[] prompt, String tenant, String salt) {
    return new Sequence(
        new GenerationRequest(
            "", prompt, SamplingParams.DEFAULT, Long.MAX_VALUE, new Tenant(tenant, 1), 0, salt),
        new int[0]);
  }

  private static Sequence sequence(int[] prompt) {
    return sequence(prompt, "a", "");
  }

  private int computed(Sequence sequence) {
    scheduler.add(sequence);
    return scheduler.schedule().numTokens();
  }

  @Test
  void aSharedPromptIsComputedOnceAndSurvivesItsEnd() {
    Sequence first = sequence(prompt(600, 20, 1000));
    assertThat(computed(first)).isEqualTo(620);
    scheduler.finish(first);
    assertThat(pool.numFree()).isEqualTo(100);
    Sequence second = sequence(prompt(600, 20, 2000));
    // 600 tokens are 37 blocks and 8 tokens over.
    assertThat(computed(second)).isEqualTo(20 + 8);
    assertThat(second.history().cachedTokens()).isEqualTo(37 * BLOCK);
    assertThat(scheduler.prefixQueries()).isEqualTo(1240);
    assertThat(scheduler.prefixHits()).isEqualTo(37 * BLOCK);
    scheduler.checkIntegrity();
  }

  @Test
  void theLastTokenIsAlwaysComputed() {
    Sequence first = sequence(prompt(64, 0, 0));
    assertThat(computed(first)).isEqualTo(64);
    assertThat(computed(sequence(prompt(64, 0, 0)))).isEqualTo(BLOCK);
  }

  @Test
  void answersAreCachedToo() {
    Sequence first = sequence(prompt(30, 0, 0));
    computed(first);
    for (int token = 30; token < 48; token++) {
      scheduler.append(first, token);
      scheduler.schedule();
    }
    scheduler.finish(first);
    assertThat(computed(sequence(prompt(60, 0, 0)))).isEqualTo(60 - 48);
  }

  @Test
  void severalAnswersToOnePromptShareItsBlocksFromTheFirstStep() {
    for (int i = 0; i < 3; i++) {
      scheduler.add(sequence(prompt(100, 0, 0)));
    }
    SchedulerOutput step = scheduler.schedule();
    assertThat(step.scheduled().stream().mapToInt(ScheduledSequence::numTokens))
        .containsExactly(100, 4, 4);
    // 6 shared blocks and for each its own last one
    assertThat(pool.numFree()).isEqualTo(100 - 6 - 3);
    scheduler.checkIntegrity();
  }

  @Test
  void tenantsAndSaltsShareNothing() {
    computed(sequence(prompt(64, 0, 0), "a", ""));
    assertThat(computed(sequence(prompt(64, 0, 0), "b", ""))).isEqualTo(64);
    assertThat(computed(sequence(prompt(64, 0, 0), "a", "salt"))).isEqualTo(64);
    assertThat(computed(sequence(prompt(64, 0, 0), "a", "salt"))).isEqualTo(BLOCK);
  }

  @Test
  void aBlockIsNotFoundAfterAnotherBeginning() {
    computed(sequence(prompt(64, 0, 0)));
    int[] other = prompt(64, 0, 0);
    other[0] = 7;
    assertThat(computed(sequence(other))).isEqualTo(64);
  }

  @Test
  void whatAFailedStepWroteIsNotShared() {
    Sequence first = sequence(prompt(40, 0, 0));
    assertThat(computed(first)).isEqualTo(40);
    scheduler.withdraw(first);
    scheduler.finish(first);
    assertThat(computed(sequence(prompt(40, 0, 0)))).isEqualTo(40);
    scheduler.checkIntegrity();
  }

  @Test
  void aPreemptedSequenceFindsItsOwnBlocks() {
    BlockPool small = new BlockPool(8);
    Scheduler tight = new Scheduler(small, SchedulerOptions.of(4, 8, 100));
    Sequence old = sequence(prompt(8, 0, 0), "a", "");
    Sequence young = sequence(prompt(14, 0, 0), "b", "");
    tight.add(old);
    tight.add(young);
    while (tight.preemptions() == 0) {
      for (ScheduledSequence scheduled : tight.schedule().scheduled()) {
        tight.append(scheduled.id() == old.id() ? old : young, 1);
      }
    }
    tight.finish(old);
    ScheduledSequence resumed = tight.schedule().scheduled().getFirst();
    assertThat(resumed.firstPosition()).isPositive();
    assertThat(young.history().cachedTokens()).as("cached for the prompt alone").isZero();
    tight.checkIntegrity();
  }

  @Test
  void keysThatDependOnTheLengthAreSharedBetweenEqualLengthsOnly() {
    Scheduler dynamic =
        new Scheduler(pool, new SchedulerOptions(BLOCK, 8, 1000, 1000, true, 0, true));
    dynamic.add(sequence(prompt(64, 6, 100)));
    assertThat(dynamic.schedule().numTokens()).isEqualTo(70);
    dynamic.add(sequence(prompt(64, 7, 200)));
    assertThat(dynamic.schedule().numTokens()).isEqualTo(71);
    dynamic.add(sequence(prompt(64, 6, 300)));
    assertThat(dynamic.schedule().numTokens()).isEqualTo(6);
  }

  @Test
  void withoutThePrefixCacheNothingIsShared() {
    Scheduler plain =
        new Scheduler(pool, new SchedulerOptions(BLOCK, 8, 1000, 1000, false, 0, false));
    for (int i = 0; i < 2; i++) {
      plain.add(sequence(prompt(64, 0, 0)));
    }
    assertThat(plain.schedule().numTokens()).isEqualTo(128);
    assertThat(pool.numPublished()).isZero();
  }

  @Test
  void blocksBehindTheSlidingWindowAreGivenBack() {
    Scheduler sliding =
        new Scheduler(pool, new SchedulerOptions(BLOCK, 8, 64, 64, true, 40, false));
    int[] prompt = new int[640];
    Arrays.fill(prompt, 3);
    Sequence sequence = sequence(prompt);
    sliding.add(sequence);
    sliding.schedule();
    assertThat(sequence.blockTable()).hasSize(40);
    for (int i = 1; i < 10; i++) {
      sliding.schedule();
      sliding.checkIntegrity();
    }
    // The last step began at 576, whose first query sees from 537 = 33 blocks and 9 tokens.
    assertThat(sequence.blockTable()).hasSize(40 - 33);
    sliding.finish(sequence);
    assertThat(pool.numFree()).isEqualTo(100);
  }

  @Test
  void evictedBlocksComeBackFromHostMemory() {
    BlockPool small = new BlockPool(10, 20);
    Scheduler tiered = new Scheduler(small, SchedulerOptions.of(BLOCK, 8, 1000));
    assertThat(runAlone(tiered, prompt(128, 6, 1000))).isEqualTo(134);
    assertThat(runAlone(tiered, prompt(0, 150, 5000))).isEqualTo(150);
    assertThat(small.evictions()).isPositive();
    assertThat(small.numInHost()).isEqualTo((int) small.evictions());
    assertThat(runAlone(tiered, prompt(128, 6, 2000))).isEqualTo(6);
    assertThat(small.restored()).isPositive();
    tiered.checkIntegrity();
  }

  @Test
  void movesOfAFailedStepAreForgotten() {
    BlockPool small = new BlockPool(10, 20);
    Scheduler tiered = new Scheduler(small, SchedulerOptions.of(BLOCK, 8, 1000));
    runAlone(tiered, prompt(128, 6, 1000));
    Sequence other = sequence(prompt(0, 150, 5000));
    tiered.add(other);
    SchedulerOutput failed = tiered.schedule();
    assertThat(failed.moves()).isNotEmpty().allMatch(BlockMove::toHost);
    tiered.withdraw(failed);
    tiered.finish(other);
    assertThat(small.numInHost()).isZero();
  }

  @Test
  void whatAFailedStepWasToBringBackIsNotShared() {
    BlockPool small = new BlockPool(10, 20);
    Scheduler tiered = new Scheduler(small, SchedulerOptions.of(BLOCK, 8, 1000));
    runAlone(tiered, prompt(128, 6, 1000));
    runAlone(tiered, prompt(0, 150, 5000));
    Sequence again = sequence(prompt(128, 6, 2000));
    tiered.add(again);
    SchedulerOutput failed = tiered.schedule();
    int moved = (int) failed.moves().stream().filter(move -> !move.toHost()).count();
    assertThat(moved).isPositive();
    int published = small.numPublished();
    tiered.withdraw(failed);
    assertThat(small.numPublished()).isEqualTo(published - moved);
  }

  private static int runAlone(Scheduler scheduler, int[] prompt) {
    Sequence sequence = sequence(prompt);
    scheduler.add(sequence);
    int computed = scheduler.schedule().numTokens();
    scheduler.finish(sequence);
    return computed;
  }
}
