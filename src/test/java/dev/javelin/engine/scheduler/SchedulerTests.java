package dev.javelin.engine.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.engine.request.GenerationRequest;
import dev.javelin.engine.request.SamplingParams;
import dev.javelin.engine.request.Tenant;
import dev.javelin.engine.request.WaitReason;
import dev.javelin.engine.scheduler.SchedulerOutput.ScheduledSequence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SchedulerTests {
  private final Map<Integer, Sequence> live = new HashMap<>();

  /** No two prompts begin alike. */
  private int prompts;

  private static Scheduler scheduler(int numBlocks, int blockSize, int maxSequences, int budget) {
    return new Scheduler(
        new BlockPool(numBlocks), SchedulerOptions.of(blockSize, maxSequences, budget));
  }

  private Sequence sequence(int promptLength, String tenant, double weight, int priority) {
    int[] prompt = new int[promptLength];
    Arrays.fill(prompt, ++prompts);
    return new Sequence(
        new GenerationRequest(
            "",
            prompt,
            SamplingParams.DEFAULT,
            Long.MAX_VALUE,
            new Tenant(tenant, weight),
            priority,
            ""),
        new int[0]);
  }

  private Sequence add(Scheduler scheduler, int promptLength, String tenant, int priority) {
    return add(scheduler, sequence(promptLength, tenant, 1, priority));
  }

  private Sequence add(Scheduler scheduler, Sequence sequence) {
    scheduler.add(sequence);
    live.put(sequence.id(), sequence);
    return sequence;
  }

  /** Runs a step in which every sequence that wants a token gets one. */
  private SchedulerOutput step(Scheduler scheduler) {
    SchedulerOutput output = scheduler.schedule();
    for (ScheduledSequence scheduled : output.scheduled()) {
      if (scheduled.needsLogits()) {
        scheduler.append(live.get(scheduled.id()), 9);
      }
    }
    return output;
  }

  private static List<Integer> lengths(SchedulerOutput output) {
    return output.scheduled().stream().map(ScheduledSequence::numTokens).toList();
  }

  private static int tokensOf(SchedulerOutput output, Sequence sequence) {
    return output.scheduled().stream()
        .filter(scheduled -> scheduled.id() == sequence.id())
        .mapToInt(ScheduledSequence::numTokens)
        .sum();
  }

  @Test
  void promptChunksRunBesideDecodesUnderOneBudget() {
    Scheduler scheduler = scheduler(100, 4, 8, 5);
    Sequence first = add(scheduler, 3, "a", 0);
    Sequence second = add(scheduler, sequence(9, "b", 1, 0));
    assertThat(lengths(step(scheduler))).containsExactly(3, 2);
    assertThat(lengths(step(scheduler))).containsExactly(1, 4);
    SchedulerOutput third = step(scheduler);
    assertThat(lengths(third)).containsExactly(1, 3);
    assertThat(third.scheduled().get(1).needsLogits()).isTrue();
    assertThat(third.scheduled().get(1).firstPosition()).isEqualTo(6);
    assertThat(first.history().steps()).isEqualTo(3);
    assertThat(first.history().chunks()).isEqualTo(1);
    assertThat(second.history().chunks()).isEqualTo(3);
    assertThat(second.history().batchMates()).isEqualTo(3);
  }

  @Test
  void theNewestGivesWayWhenBlocksRunOutAndKeepsItsTokens() {
    Scheduler scheduler = scheduler(5, 2, 8, 64);
    Sequence old = add(scheduler, 2, "a", 0);
    Sequence young = add(scheduler, sequence(3, "b", 1, 0));
    while (scheduler.preemptions() == 0) {
      step(scheduler);
    }
    assertThat(young.blockTable()).isEmpty();
    assertThat(young.numComputedTokens()).isZero();
    assertThat(young.numOutputTokens()).isPositive();
    assertThat(young.history().preemptions()).isEqualTo(1);
    assertThat(old.numComputedTokens()).isPositive();
    assertThat(scheduler.numWaiting(WaitReason.BLOCKS)).isEqualTo(1);
    scheduler.finish(old);
    SchedulerOutput again = scheduler.schedule();
    assertThat(again.newSequences()).isEmpty();
    ScheduledSequence resumed = again.scheduled().getFirst();
    assertThat(resumed.end()).isEqualTo(young.numTokens());
    assertThat(resumed.needsLogits()).isTrue();
    assertThat(young.history().waitedSteps(WaitReason.BLOCKS)).isPositive();
  }

  @Test
  void thoseOfLowestPriorityGiveWayFirst() {
    Scheduler scheduler = scheduler(6, 2, 8, 64);
    Sequence unimportant = add(scheduler, 2, "a", 5);
    step(scheduler);
    Sequence important = add(scheduler, sequence(3, "a", 1, -5));
    while (scheduler.preemptions() == 0) {
      step(scheduler);
    }
    assertThat(unimportant.blockTable()).isEmpty();
    assertThat(important.blockTable()).isNotEmpty();
  }

  @Test
  void priorityGoesFirstWithinATenant() {
    Scheduler scheduler = scheduler(100, 4, 1, 64);
    Sequence running = add(scheduler, 3, "a", 0);
    step(scheduler);
    Sequence low = add(scheduler, 3, "a", 1);
    Sequence high = add(scheduler, 3, "a", -1);
    step(scheduler);
    scheduler.finish(running);
    assertThat(tokensOf(step(scheduler), high)).isPositive();
    assertThat(low.numComputedTokens()).isZero();
    assertThat(scheduler.numWaiting(WaitReason.SEQUENCES)).isEqualTo(1);
  }

  /** The bound on what a long prompt costs others: one token a step, each step within the bound. */
  @Test
  void aLongPromptLeavesEveryAnswerATokenAStep() {
    int bound = 48;
    Scheduler scheduler =
        new Scheduler(
            new BlockPool(1000), new SchedulerOptions(16, 16, 512, bound, true, 0, false));
    List<Sequence> answers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      answers.add(add(scheduler, 4, "a" + i, 0));
    }
    step(scheduler);
    Sequence prompt = add(scheduler, 4000, "long", 0);
    int steps = 0;
    while (prompt.numComputedTokens() < 4000) {
      SchedulerOutput output = step(scheduler);
      steps++;
      for (Sequence answer : answers) {
        assertThat(tokensOf(output, answer)).isEqualTo(1);
      }
      assertThat(output.numTokens()).isLessThanOrEqualTo(bound + answers.size());
    }
    assertThat(steps).isEqualTo(Math.ceilDiv(4000, bound));
  }

  @Test
  void aPromptAloneMayUseTheWholeBudget() {
    Scheduler scheduler =
        new Scheduler(new BlockPool(100), new SchedulerOptions(16, 16, 512, 48, true, 0, false));
    add(scheduler, 700, "a", 0);
    assertThat(step(scheduler).numTokens()).isEqualTo(512);
  }

  @Test
  void moreSequencesThanBudgetNeverStarveAnAnswer() {
    Scheduler scheduler = scheduler(100, 4, 8, 3);
    for (int i = 0; i < 8; i++) {
      add(scheduler, 1, "a" + i, 0);
    }
    step(scheduler);
    for (int i = 0; i < 5; i++) {
      assertThat(lengths(step(scheduler))).containsExactly(1, 1, 1);
    }
  }

  /** Two tenants that always want more: served tokens follow their weights. */
  @Test
  void tenantsAreServedByTheirWeights() {
    Scheduler scheduler = scheduler(4000, 16, 16, 64);
    Map<String, Long> served = new HashMap<>(Map.of("one", 0L, "three", 0L));
    Map<String, Integer> waiting = new HashMap<>(Map.of("one", 0, "three", 0));
    for (int i = 0; i < 6000; i++) {
      for (String tenant : List.of("one", "three")) {
        while (waiting.get(tenant) < 8) {
          add(scheduler, sequence(20 + i % 30, tenant, tenant.equals("one") ? 1 : 3, 0));
          waiting.merge(tenant, 1, Integer::sum);
        }
      }
      SchedulerOutput output = step(scheduler);
      for (ScheduledSequence scheduled : output.scheduled()) {
        Sequence sequence = live.get(scheduled.id());
        served.merge(sequence.tenant.id(), (long) scheduled.numTokens(), Long::sum);
      }
      output
          .newSequences()
          .forEach(added -> waiting.merge(live.get(added.id()).tenant.id(), -1, Integer::sum));
      for (ScheduledSequence scheduled : output.scheduled()) {
        Sequence sequence = live.get(scheduled.id());
        if (sequence.numOutputTokens() >= 10 + sequence.numPromptTokens() % 7) {
          scheduler.finish(sequence);
        }
      }
    }
    double ratio = (double) served.get("three") / served.get("one");
    assertThat(ratio).isBetween(3 * 0.95, 3 * 1.05);
  }

  @Test
  void aFloodKeepsNobodyElseWaitingForMoreThanAStep() {
    // First every place in the batch is taken, then every block.
    for (int numBlocks : List.of(1000, 64)) {
      Scheduler scheduler = scheduler(numBlocks, 4, numBlocks == 64 ? 100 : 8, 128);
      for (int i = 0; i < 100; i++) {
        add(scheduler, 20, "flood", -9);
      }
      for (int i = 0; i < 20; i++) {
        step(scheduler);
      }
      Sequence other = add(scheduler, 10, "other", 0);
      assertThat(tokensOf(step(scheduler), other)).as("%d blocks", numBlocks).isEqualTo(10);
      scheduler.checkIntegrity();
    }
  }

  @Test
  void aFloodOfLongPromptsLeavesTheNextStepToOthers() {
    Scheduler scheduler = scheduler(1000, 4, 8, 32);
    add(scheduler, 2000, "flood", 0);
    step(scheduler);
    Sequence other = add(scheduler, 10, "other", 0);
    SchedulerOutput next = step(scheduler);
    assertThat(tokensOf(next, other)).isEqualTo(10);
    assertThat(next.numTokens()).isEqualTo(32);
  }

  @Test
  void whoPausesSavesNothingUp() {
    Scheduler scheduler = scheduler(1000, 4, 1, 32);
    Sequence current = add(scheduler, 30, "busy", 0);
    step(scheduler);
    for (int i = 0; i < 40; i++) {
      Sequence next = add(scheduler, 30, "busy", 0);
      scheduler.finish(current);
      step(scheduler);
      current = next;
    }
    int busyFirst = 0;
    for (int i = 0; i < 6; i++) {
      add(scheduler, 30, "late", 0);
      add(scheduler, 30, "busy", 0);
    }
    for (int i = 0; i < 8; i++) {
      scheduler.finish(current);
      SchedulerOutput output = step(scheduler);
      current = live.get(output.scheduled().getFirst().id());
      busyFirst += current.tenant.id().equals("busy") ? 1 : 0;
    }
    assertThat(busyFirst).isBetween(3, 5);
  }

  @Test
  void aConstraintHoldsBackItsSequenceOnly() {
    List<Sequence> held = new ArrayList<>();
    Scheduler scheduler =
        new Scheduler(
            new BlockPool(100),
            SchedulerOptions.of(4, 8, 64),
            (sequence, wanted) -> held.contains(sequence) ? 0 : wanted);
    Sequence slow = add(scheduler, 5, "a", 0);
    held.add(slow);
    Sequence quick = add(scheduler, 5, "a", 0);
    SchedulerOutput first = step(scheduler);
    assertThat(tokensOf(first, slow)).isZero();
    assertThat(tokensOf(first, quick)).isEqualTo(5);
    assertThat(scheduler.constrained()).isTrue();
    assertThat(scheduler.numWaiting(WaitReason.CONSTRAINT)).isEqualTo(1);
    Sequence cancelled = add(scheduler, 5, "a", 0);
    held.add(cancelled);
    step(scheduler);
    scheduler.finish(cancelled);
    held.clear();
    assertThat(tokensOf(step(scheduler), slow)).isPositive();
    assertThat(slow.history().waitedSteps(WaitReason.CONSTRAINT)).isEqualTo(2);
  }
}
