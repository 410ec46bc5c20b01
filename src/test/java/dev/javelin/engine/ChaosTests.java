package dev.javelin.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.backend.cpu.CpuBackend;
import dev.javelin.engine.request.EngineException;
import dev.javelin.engine.request.ErrorCode;
import dev.javelin.engine.request.FinishReason;
import dev.javelin.engine.request.GenerationEvent;
import dev.javelin.engine.request.GenerationEvent.Failed;
import dev.javelin.engine.request.GenerationEvent.Finished;
import dev.javelin.engine.request.GenerationEvent.PromptScored;
import dev.javelin.engine.request.GenerationEvent.TextDelta;
import dev.javelin.engine.request.GenerationListener;
import dev.javelin.engine.request.GenerationRequest;
import dev.javelin.engine.request.Tenant;
import dev.javelin.fake.AsciiTokenizer;
import dev.javelin.fake.ChaosRunner;
import dev.javelin.fake.FakeModelRunner;
import dev.javelin.fake.LateBackend;
import dev.javelin.fake.LateRunner;
import dev.javelin.quant.KvDType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * 64 clients that stream, cancel, leave and time out, over a runner that fails in every way. In the
 * end nothing runs, no block is lost, everyone heard exactly one end, and what was answered in full
 * is what would have been answered alone.
 */
class ChaosTests {
  private static final int CLIENTS = 64;
  private static final int CONTEXT = 64;
  private static final int BLOCK_SIZE = 4;
  private static final int BLOCKS = 80;
  private static final Tenant[] TENANTS = {
    new Tenant("a", 1), new Tenant("b", 2), new Tenant("c", 0.5), Tenant.DEFAULT
  };

  // Kept, or the logger and its level may be collected.
  private final Logger engineLog = Logger.getLogger("dev.javelin.engine");

  @Test
  void everybodyHearsOneEndAndNothingIsLost() throws Exception {
    run(1, 2000, false);
  }

  @Test
  void soTheyDoWhereStepsOverlap() throws Exception {
    run(2, 2000, true);
  }

  @Test
  @Tag("soak")
  void everybodyHearsOneEndAndNothingIsLostForLong() throws Exception {
    for (long seed = 2; seed < 7; seed++) {
      run(seed, 10_000, seed % 2 == 0);
    }
  }

  /** The same over a model, whose answers a wrong block, token or state would change. */
  @Test
  void aModelsAnswersAreWhatTheyAreAlone() {
    int[][] alone;
    try (BatchingEngine engine =
        DartEngine.open(CpuBackend.create(2), 16, 16, 256, 0, runner -> runner)) {
      alone = DartEngine.alone(engine);
    }
    LateBackend backend = new LateBackend(CpuBackend.create(2));
    assertThat(DartEngine.chaos(backend, 16, 2, alone)).isEqualTo(1);
  }

  private void run(long seed, int requests, boolean overlap) throws Exception {
    Level before = engineLog.getLevel();
    // Thousands of failures on purpose.
    engineLog.setLevel(Level.OFF);
    LoadOptions options =
        new LoadOptions(CONTEXT, 16, 48, BLOCK_SIZE, 0, KvDType.F16, 1, 40, 24, 32, true, 0);
    FakeModelRunner fake =
        new FakeModelRunner(BLOCKS, BLOCK_SIZE, FakeModelRunner::hash, step -> {});
    ChaosRunner chaos = new ChaosRunner(fake, seed);
    BatchingEngine engine =
        new BatchingEngine(
            overlap ? new LateRunner(chaos, seed, 8) : chaos,
            new AsciiTokenizer(),
            CONTEXT,
            options,
            BLOCKS);
    List<Client> clients = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> done = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        Client client = new Client(engine, i, new Random(seed * CLIENTS + i));
        clients.add(client);
        done.add(threads.submit(() -> client.run(requests / CLIENTS)));
      }
      for (Future<?> future : done) {
        join(future, seed);
      }
      assertThat(engine.drain(FakeEngines.LONG)).as("seed %d", seed).isTrue();
    } finally {
      engine.close();
      engineLog.setLevel(before);
    }
    EngineStats stats = engine.stats();
    assertThat(stats.running() + stats.waiting()).as("seed %d", seed).isZero();
    assertThat(stats.freeBlocks()).as("seed %d", seed).isEqualTo(BLOCKS);
    assertThat(stats.integrityViolationsTotal()).as("seed %d", seed).isZero();
    if (overlap) {
      // A step that reads what a failed one left may fail by itself.
      assertThat(stats.failedStepsTotal()).as("seed %d", seed).isPositive();
      assertThat(stats.overlappedStepsTotal()).as("seed %d", seed).isPositive();
    } else {
      assertThat(stats.failedStepsTotal()).as("seed %d", seed).isEqualTo(chaos.failures());
      assertThat(stats.overlappedStepsTotal()).as("seed %d", seed).isZero();
    }
    assertThat(stats.restartsTotal()).as("seed %d", seed).isPositive();
    assertThat(stats.preemptionsTotal()).as("seed %d", seed).isPositive();
    Map<ErrorCode, Integer> failures = new EnumMap<>(ErrorCode.class);
    int answered = 0;
    for (Client client : clients) {
      client.failures.forEach((code, count) -> failures.merge(code, count, Integer::sum));
      answered += client.answered;
      for (Answer answer : client.answers) {
        assertThat(answer.terminals()).as("seed %d", seed).isEqualTo(1);
      }
    }
    System.out.printf("chaos, seed %d: %d answered, %s, %s%n", seed, answered, failures, stats);
    assertThat(answered).as("seed %d", seed).isGreaterThan(requests / 3);
    assertThat(failures)
        .as("seed %d", seed)
        .containsKeys(
            ErrorCode.STEP_FAILED,
            ErrorCode.NUMERICAL_ERROR,
            ErrorCode.INSUFFICIENT_MEMORY,
            ErrorCode.QUEUE_FULL)
        .doesNotContainKeys(ErrorCode.INTERNAL, ErrorCode.ENGINE_FAILED);
  }

  private static void join(Future<?> future, long seed) throws InterruptedException {
    try {
      future.get();
    } catch (ExecutionException e) {
      throw new AssertionError("seed " + seed, e.getCause());
    }
  }

  private static final class Client {
    private final BatchingEngine engine;
    private final int number;
    private final Random random;
    private final List<Answer> answers = new ArrayList<>();
    private final Map<ErrorCode, Integer> failures = new EnumMap<>(ErrorCode.class);
    private int answered;

    Client(BatchingEngine engine, int number, Random random) {
      this.engine = engine;
      this.number = number;
      this.random = random;
    }

    void run(int requests) {
      for (int i = 0; i < requests; i++) {
        String id = number + "-" + i;
        int[] prompt = prompt();
        SamplingBuilder sampling = new SamplingBuilder();
        sampling.maxTokens = 1 + random.nextInt(24);
        long deadline =
            random.nextInt(16) == 0
                ? System.nanoTime() + random.nextInt(3_000_000)
                : Long.MAX_VALUE;
        GenerationRequest request =
            new GenerationRequest(
                id,
                prompt,
                sampling.build(),
                deadline,
                TENANTS[random.nextInt(TENANTS.length)],
                random.nextInt(3),
                "");
        Answer answer = new Answer();
        while (!submitted(request, listener(id, answer))) {
          Thread.yield();
        }
        answers.add(answer);
        if (random.nextInt(12) == 0) {
          engine.abort(id);
        }
        if (random.nextInt(4) == 0) {
          // Leaves without waiting; whoever is left at the end is checked all the same.
          continue;
        }
        check(answer, prompt, sampling.maxTokens);
      }
    }

    private boolean submitted(GenerationRequest request, GenerationListener listener) {
      try {
        engine.submit(request, listener);
        return true;
      } catch (EngineException e) {
        assertThat(e.code()).isEqualTo(ErrorCode.QUEUE_FULL);
        failures.merge(e.code(), 1, Integer::sum);
        return false;
      }
    }

    /** Cancels from within the stream, now and then. */
    private GenerationListener listener(String id, Answer answer) {
      int cancelAfter = random.nextInt(10) == 0 ? random.nextInt(8) : Integer.MAX_VALUE;
      int[] seen = {0};
      return event -> {
        answer.onEvent(event);
        if (event instanceof TextDelta && seen[0]++ == cancelAfter) {
          engine.abort(id);
        }
      };
    }

    private void check(Answer answer, int[] prompt, int maxTokens) {
      GenerationEvent last = answer.last();
      String solo = solo(prompt, maxTokens);
      switch (last) {
        case Finished(FinishReason reason, _, _) when reason == FinishReason.LENGTH -> {
          assertThat(answer.text()).isEqualTo(solo);
          answered++;
        }
        case Finished _, TextDelta _, PromptScored _ -> assertThat(solo).startsWith(answer.text());
        case Failed failed -> {
          failures.merge(failed.code(), 1, Integer::sum);
          assertThat(solo).startsWith(answer.text());
        }
      }
    }

    private int[] prompt() {
      int[] prompt = new int[1 + random.nextInt(40)];
      Arrays.fill(prompt, 'a' + random.nextInt(2));
      if (random.nextBoolean()) {
        prompt[random.nextInt(prompt.length)] = 'A' + number % 26;
      }
      return prompt;
    }

    private static String solo(int[] prompt, int maxTokens) {
      StringBuilder text = new StringBuilder();
      int[] tokens = prompt;
      while (text.length() < maxTokens && tokens.length < CONTEXT) {
        int next = FakeModelRunner.hash(tokens);
        text.append((char) next);
        tokens = Arrays.copyOf(tokens, tokens.length + 1);
        tokens[tokens.length - 1] = next;
      }
      return text.toString();
    }
  }
}
