package dev.javelin.engine.sampling.grammar;

import dev.javelin.engine.sampling.grammar.machine.TokenMasks;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** One structured output on its way to be compiled, for all who wait for it. */
final class Compilation {
  final CompletableFuture<TokenMasks> masks = new CompletableFuture<>();
  private @Nullable Future<?> task;
  private int holders;

  /** The task that completes it. */
  void runsAs(Future<?> begun) {
    task = begun;
  }

  void hold() {
    holders++;
  }

  /** Whether nobody is left who waits for what is not there yet. */
  boolean release() {
    holders--;
    return holders == 0 && !masks.isDone();
  }

  /** Takes it out of the queue, or interrupts it. */
  void cancel() {
    if (task != null) {
      task.cancel(true);
    }
    masks.cancel(false);
  }
}
