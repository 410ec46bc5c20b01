package dev.javelin.engine.sampling.grammar;

import dev.javelin.engine.request.EngineException;
import dev.javelin.engine.request.ErrorCode;
import dev.javelin.engine.request.TokenRule;
import dev.javelin.engine.sampling.grammar.machine.GrammarException;
import dev.javelin.engine.sampling.grammar.machine.TokenMasks;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/** A structured output, compiled or still being compiled. Thread-safe. */
public final class GrammarRule implements TokenRule {
  private final CompletableFuture<TokenMasks> compiled;
  private final Executor preparing;
  private final Runnable releasing;
  private final AtomicBoolean released = new AtomicBoolean();

  /**
   * @param releasing run once, when whoever asked for the rule needs it no longer
   */
  GrammarRule(CompletableFuture<TokenMasks> compiled, Executor preparing, Runnable releasing) {
    this.compiled = compiled;
    this.preparing = preparing;
    this.releasing = releasing;
  }

  /**
   * Says that it is needed no longer: what nobody waits for is not compiled. A rule that is
   * compiled stays as it is.
   */
  public void release() {
    if (released.compareAndSet(false, true)) {
      releasing.run();
    }
  }

  @Override
  public boolean ready() {
    return compiled.isDone() && !compiled.isCompletedExceptionally();
  }

  /**
   * @throws IllegalStateException unless it is {@link #ready}
   */
  @Override
  public Cursor begin(int vocabSize) {
    if (!ready()) {
      throw new IllegalStateException("the grammar is not compiled");
    }
    return new GrammarCursor(compiled.join(), preparing, vocabSize);
  }

  /**
   * Waits until it is compiled. Not for the engine's thread.
   *
   * @param field the request's field to name
   * @throws EngineException INVALID_REQUEST if it cannot be used, SHUTTING_DOWN if it was released
   */
  public void await(String field) throws InterruptedException {
    try {
      compiled.get();
    } catch (CancellationException e) {
      throw new EngineException(
          ErrorCode.SHUTTING_DOWN, "nobody waits for the grammar any more", null, e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof GrammarException) {
        throw new EngineException(
            ErrorCode.INVALID_REQUEST,
            "'%s' cannot be used: %s".formatted(field, cause.getMessage()),
            field,
            cause);
      }
      throw new EngineException(ErrorCode.INTERNAL, "the grammar compiler failed", field, cause);
    }
  }
}
