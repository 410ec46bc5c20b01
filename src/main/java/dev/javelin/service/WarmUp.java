package dev.javelin.service;

import dev.javelin.engine.LoadedModel;
import dev.javelin.engine.request.EngineException;
import dev.javelin.engine.request.ErrorCode;
import dev.javelin.engine.request.GenerationEvent;
import dev.javelin.engine.request.GenerationRequest;
import dev.javelin.engine.request.SamplingParams;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One real prefill and a few real decodes: whoever passes is ready, and its code is warm. */
final class WarmUp {
  private static final long SECONDS = 120;
  private static final String PROMPT = "The quick brown fox jumps over the lazy dog.";

  private WarmUp() {}

  /**
   * @throws EngineException INTERNAL if the model does not answer
   */
  static void run(LoadedModel model) {
    int[] prompt = model.tokenizer().encode(PROMPT, true, false);
    if (prompt.length == 0 || prompt.length + 2 > model.effective().contextLength()) {
      prompt = new int[] {0};
    }
    CompletableFuture<GenerationEvent> end = new CompletableFuture<>();
    String id = "warm-up-" + System.nanoTime();
    model
        .engine()
        .submit(
            new GenerationRequest(id, prompt, SamplingParams.DEFAULT, Long.MAX_VALUE),
            event -> {
              if (!(event instanceof GenerationEvent.TextDelta)) {
                end.complete(event);
              }
            });
    try {
      if (end.get(SECONDS, TimeUnit.SECONDS)
          instanceof GenerationEvent.Failed(ErrorCode code, String message)) {
        throw new EngineException(code, "the warm-up failed: " + message);
      }
    } catch (TimeoutException e) {
      model.engine().abort(id);
      throw new EngineException(
          ErrorCode.INTERNAL, "the warm-up did not end within %d s".formatted(SECONDS), null, e);
    } catch (ExecutionException e) {
      throw new EngineException(ErrorCode.INTERNAL, "the warm-up failed", null, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineException(ErrorCode.SHUTTING_DOWN, "the server ends", null, e);
    }
  }
}
