package dev.javelin.fake;

import dev.javelin.engine.runner.ModelRunner;
import dev.javelin.engine.runner.ModelRunnerOutput;
import dev.javelin.engine.runner.StepHandle;
import dev.javelin.engine.scheduler.SchedulerOutput;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/**
 * Fails now and then, in every way a runner can: each way once in a few hundred steps, at the step
 * its seed decides.
 */
public final class ChaosRunner extends ForwardingRunner {
  private static final long STALL_NANOS = 2_000_000;
  private static final int ROUND = 300;

  private enum Kind {
    NONE(false),
    LAUNCH_FAILS(true),
    AWAIT_FAILS(true),
    TOO_MANY(true),
    TOO_FEW(true),
    NOT_A_NUMBER(false),
    STALL(false),
    NO_MEMORY(true),
    /** The next ones: enough for a restart, not enough to give up. */
    SEVERAL_FAIL(false);

    final boolean fails;

    Kind(boolean fails) {
      this.fails = fails;
    }
  }

  private final Random random;
  private final List<Kind> plan = new ArrayList<>();
  private int failuresAhead;
  private volatile int failures;
  private boolean spoil;

  /**
   * @param runner does the steps that are let through
   */
  public ChaosRunner(ModelRunner runner, long seed) {
    super(runner);
    random = new Random(seed);
  }

  /** Steps that it made fail. */
  public int failures() {
    return failures;
  }

  @Override
  public StepHandle launch(SchedulerOutput step) {
    if (failuresAhead > 0) {
      failuresAhead--;
      failures++;
      throw new IllegalStateException("one failure of several");
    }
    Kind kind = next();
    if (kind.fails) {
      failures++;
    }
    return switch (kind) {
      case LAUNCH_FAILS -> throw new IllegalStateException("launch failed");
      case AWAIT_FAILS -> {
        super.launch(step).await();
        yield () -> {
          throw new IllegalStateException("await failed");
        };
      }
      case TOO_MANY -> altered(step, tokens -> Arrays.copyOf(tokens, tokens.length + 1));
      case TOO_FEW -> altered(step, tokens -> Arrays.copyOf(tokens, tokens.length - 1));
      case NOT_A_NUMBER -> {
        spoil = true;
        yield altered(step, this::spoiled);
      }
      case STALL -> {
        LockSupport.parkNanos(STALL_NANOS);
        yield super.launch(step);
      }
      case NO_MEMORY -> throw new OutOfMemoryError("on purpose");
      case SEVERAL_FAIL -> {
        failuresAhead = 4;
        yield super.launch(step);
      }
      case NONE -> spoil ? altered(step, this::spoiled) : super.launch(step);
    };
  }

  private Kind next() {
    if (plan.isEmpty()) {
      plan.addAll(List.of(Kind.values()));
      plan.addAll(Collections.nCopies(ROUND - plan.size(), Kind.NONE));
      Collections.shuffle(plan, random);
    }
    return plan.removeLast();
  }

  /** One sequence that needs a token gets none; if none does, the next step's. */
  private int[] spoiled(int[] tokens) {
    for (int i = 0; i < tokens.length && spoil; i++) {
      if (tokens[i] != ModelRunnerOutput.NONE) {
        tokens[i] = ModelRunnerOutput.INVALID_LOGITS;
        spoil = false;
      }
    }
    return tokens;
  }

  private interface Change {
    int[] of(int[] tokens);
  }

  private StepHandle altered(SchedulerOutput step, Change change) {
    StepHandle handle = super.launch(step);
    return () -> new ModelRunnerOutput(change.of(handle.await().sampledTokenIds()));
  }
}
