package dev.javelin.engine.sampling.grammar;

import dev.javelin.engine.request.EngineException;
import dev.javelin.engine.request.ErrorCode;
import dev.javelin.engine.request.TokenRule;
import dev.javelin.engine.sampling.grammar.machine.GrammarException;
import dev.javelin.engine.sampling.grammar.machine.TokenMasks;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;

/** A structured output, compiled or still being compiled. Thread-safe. */
public final class GrammarRule implements TokenRule {
  private final CompletableFuture<TokenMasks> compiled;
  private final Executor preparing;

  GrammarRule(CompletableFuture<TokenMasks> compiled, Executor preparing) {
    this.compiled = compiled;
    this.preparing = preparing;
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
   * @throws EngineException INVALID_REQUEST if it cannot be used
   */
  public void await(String field) throws InterruptedException {
    try {
      compiled.get();
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
