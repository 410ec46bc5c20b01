package dev.javelin.engine.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.engine.request.GenerationRequest;
import dev.javelin.engine.request.SamplingParams;
import dev.javelin.engine.request.Tenant;
import dev.javelin.engine.runner.ModelRunnerOutput;
import dev.javelin.engine.runner.StepHandle;
import dev.javelin.engine.scheduler.SchedulerOutput.ScheduledSequence;
import dev.javelin.fake.FakeModelRunner;
import dev.javelin.fake.LateRunner;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Random arrivals, ends, failures and steps against a runner that reads its tokens back through the
 * block tables: whatever happens, every sequence ends, and with the tokens it would have alone.
 */
class SchedulerPropertyTests {
  private static final int STEP_LIMIT = 100_000;
  private static final Tenant[] TENANTS = {
    new Tenant("a", 1), new Tenant("b", 3), new Tenant("c", 0.5)
  };

  /**
   * @param window 0: none
   */
  private record Setup(int numBlocks, int blockSize, int budget, int maxSequences, int window) {}

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1, 1, 0",
    "4, 2, 3, 2, 0",
    "5, 4, 7, 8, 0",
    "8, 1, 8, 3, 3",
    "8, 4, 16, 4, 0",
    "16, 16, 5, 32, 0",
    "30, 2, 1, 2, 5",
    "64, 4, 64, 16, 0",
    "40, 3, 512, 32, 0",
    "6, 3, 512, 32, 4"
  })
  void everySequenceEndsWithItsOwnTokens(
      int numBlocks, int blockSize, int budget, int maxSequences, int window) {
    Setup setup = new Setup(numBlocks, blockSize, budget, maxSequences, window);
    long operations = 0;
    for (long seed = 0; operations < 12_000; seed++) {
      operations += new Run(setup, seed).run(25);
    }
  }

  @Test
  @Tag("soak")
  void everySequenceEndsWithItsOwnTokensForLong() {
    for (long seed = 0; seed < 1000; seed++) {
      Random random = new Random(seed);
      Setup setup =
          new Setup(
              1 + random.nextInt(40),
              1 + random.nextInt(8),
              1 + random.nextInt(64),
              1 + random.nextInt(16),
              random.nextInt(3) == 0 ? 1 + random.nextInt(20) : 0);
      new Run(setup, seed).run(100);
    }
  }

  private static final class Run {
    private final Setup setup;
    private final String name;
    private final Random random;
    private final BlockPool pool;
    private final Scheduler scheduler;
    private final LateRunner runner;
    private final Map<Integer, Sequence> live = new HashMap<>();
    private final Map<Sequence, Integer> goal = new HashMap<>();
    private final Set<Integer> announced = new HashSet<>();
    private @Nullable Flown flown;
    private long operations;

    /** A step that was launched and not awaited, with its sequences. */
    private record Flown(SchedulerOutput output, List<Sequence> sequences, StepHandle handle) {}

    Run(Setup setup, long seed) {
      this.setup = setup;
      name = setup + ", seed " + seed;
      random = new Random(seed);
      int hostSlots = random.nextInt(3) == 0 ? 1 + random.nextInt(8) : 0;
      pool = new BlockPool(setup.numBlocks, hostSlots);
      SchedulerOptions options =
          new SchedulerOptions(
              setup.blockSize,
              setup.maxSequences,
              setup.budget,
              1 + random.nextInt(setup.budget),
              random.nextInt(4) != 0,
              setup.window,
              random.nextBoolean());
      Random whims = new Random(seed);
      scheduler =
          new Scheduler(
              pool, options, (sequence, wanted) -> whims.nextInt(8) == 0 ? 0 : 1 + wanted / 2);
      FakeModelRunner fake =
          new FakeModelRunner(
              setup.numBlocks,
              setup.blockSize,
              setup.window,
              hostSlots,
              FakeModelRunner::hash,
              step -> {},
              () -> {});
      runner = new LateRunner(fake, seed, 1 + random.nextInt(4));
    }

    long run(int total) {
      int arrived = 0;
      for (int step = 0; arrived < total || scheduler.hasWork() || flown != null; step++) {
        assertThat(step).as("%s: steps until all have ended", name).isLessThan(STEP_LIMIT);
        while (arrived < total && random.nextInt(3) == 0) {
          arrive();
          arrived++;
        }
        if (!live.isEmpty() && random.nextInt(10) == 0) {
          List<Sequence> all = new ArrayList<>(live.values());
          end(all.get(random.nextInt(all.size())));
        }
        step();
      }
      assertThat(pool.numFree()).as(name).isEqualTo(setup.numBlocks);
      return operations;
    }

    private void arrive() {
      int capacity = setup.numBlocks * setup.blockSize;
      int[] prompt = new int[1 + random.nextInt(capacity)];
      // Few different beginnings, so that many are shared, and few different ends.
      int fork = random.nextInt(prompt.length + 1);
      int first = random.nextInt(2);
      for (int i = 0; i < prompt.length; i++) {
        prompt[i] = i < fork ? first : 2 + random.nextInt(2);
      }
      Sequence sequence =
          new Sequence(
              new GenerationRequest(
                  "",
                  prompt,
                  SamplingParams.DEFAULT,
                  Long.MAX_VALUE,
                  TENANTS[random.nextInt(TENANTS.length)],
                  random.nextInt(3) - 1,
                  random.nextInt(4) == 0 ? "salt" : ""),
              new int[0]);
      scheduler.add(sequence);
      assertThat(live.put(sequence.id(), sequence)).as(name).isNull();
      goal.put(sequence, Math.min(prompt.length + 1 + random.nextInt(12), capacity + 1));
      checked();
    }

    private void step() {
      SchedulerOutput output = scheduler.schedule();
      check(output);
      checked();
      Flown last = flown;
      flown = null;
      if (output.scheduled().isEmpty()) {
        assertThat(scheduler.constrained() || !scheduler.hasWork() || last != null)
            .as(name)
            .isTrue();
        if (last != null) {
          land(last);
        }
        return;
      }
      List<Sequence> sequences =
          output.scheduled().stream().map(scheduled -> live.get(scheduled.id())).toList();
      assertThat(sequences).as(name).doesNotContainNull();
      Flown next = new Flown(output, sequences, runner.launch(output));
      if (last != null && !land(last)) {
        next.handle.await();
        fail(next);
      } else if (next.handle.overlaps()) {
        expect(next);
        flown = next;
      } else {
        land(next);
      }
    }

    private boolean lives(Sequence sequence) {
      return goal.containsKey(sequence);
    }

    private void expect(Flown launched) {
      for (int i = 0; i < launched.sequences.size(); i++) {
        Sequence sequence = launched.sequences.get(i);
        if (launched.output.scheduled().get(i).needsLogits() && lives(sequence)) {
          // Some end by surprise, as with an end token, others as was known.
          boolean known = sequence.numPromptTokens() % 2 == 0;
          int length = sequence.numTokens() + 1;
          int capacity = setup.numBlocks * setup.blockSize;
          boolean last = length > capacity || (known && length == goal.get(sequence));
          scheduler.expect(sequence, last);
        }
      }
    }

    /** False if the step failed. */
    private boolean land(Flown landing) {
      int[] sampled = landing.handle.await().sampledTokenIds();
      if (random.nextInt(20) == 0) {
        fail(landing);
        return false;
      }
      for (int i = 0; i < sampled.length; i++) {
        Sequence sequence = landing.sequences.get(i);
        if (sampled[i] != ModelRunnerOutput.NONE && lives(sequence)) {
          scheduler.append(sequence, sampled[i]);
          while (!sequence.expects()
              && sequence.numMissingTokens() > 0
              && sequence.numTokens() < goal.get(sequence)
              && random.nextInt(3) == 0) {
            scheduler.appendForced(sequence, next(sequence.tokens(), sequence.numTokens()));
          }
          if (sequence.numTokens() == goal.get(sequence)) {
            assertThat(Arrays.copyOf(sequence.tokens(), sequence.numTokens()))
                .as(name)
                .isEqualTo(alone(sequence));
            end(sequence);
          }
        }
      }
      return true;
    }

    private void fail(Flown failed) {
      scheduler.withdraw(failed.output);
      failed.sequences.stream().filter(this::lives).forEach(this::end);
    }

    private void end(Sequence sequence) {
      live.remove(sequence.id());
      goal.remove(sequence);
      scheduler.finish(sequence);
      assertThat(sequence.blockTable()).as(name).isEmpty();
      checked();
    }

    private void checked() {
      operations++;
      try {
        scheduler.checkIntegrity();
      } catch (IllegalStateException e) {
        throw new AssertionError(name, e);
      }
    }

    private int[] alone(Sequence sequence) {
      int[] tokens = Arrays.copyOf(sequence.tokens(), sequence.numTokens());
      for (int n = sequence.numPromptTokens(); n < tokens.length; n++) {
        tokens[n] = next(tokens, n);
      }
      return tokens;
    }

    /** The token that the runner gives behind the first {@code n}. */
    private int next(int[] tokens, int n) {
      int from = setup.window == 0 ? 0 : Math.max(0, n - setup.window);
      return FakeModelRunner.hash(Arrays.copyOfRange(tokens, from, n));
    }

    private void check(SchedulerOutput output) {
      for (int id : output.finishedIds()) {
        assertThat(announced.remove(id)).as(name).isTrue();
      }
      output.newSequences().forEach(added -> assertThat(announced.add(added.id())).isTrue());
      int tokens = 0;
      Set<Integer> ids = new HashSet<>();
      for (ScheduledSequence scheduled : output.scheduled()) {
        tokens += scheduled.numTokens();
        assertThat(scheduled.numTokens()).as(name).isPositive();
        assertThat(ids.add(scheduled.id())).as(name).isTrue();
        assertThat(announced).as(name).contains(scheduled.id());
      }
      assertThat(tokens).as(name).isEqualTo(output.numTokens()).isLessThanOrEqualTo(setup.budget);
      assertThat(output.scheduled().size()).as(name).isLessThanOrEqualTo(setup.maxSequences);
    }
  }
}
