package dev.javelin.engine.output;

import dev.javelin.engine.request.ErrorCode;
import dev.javelin.engine.request.FinishReason;
import dev.javelin.engine.request.GenerationEvent;
import dev.javelin.engine.request.GenerationEvent.Failed;
import dev.javelin.tokenizer.Tokenizer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Tells listeners, on one thread, so that neither detokenising nor a slow listener holds up a step.
 */
public final class OutputProcessor implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(OutputProcessor.class.getName());

  private final Tokenizer tokenizer;
  private final BiConsumer<RequestOutput, GenerationEvent> ending;
  private final Consumer<RequestOutput> ended;
  private final LinkedBlockingQueue<List<OutputItem>> inbox = new LinkedBlockingQueue<>();
  private final CompletableFuture<Void> done = new CompletableFuture<>();
  private final Thread thread;

  /**
   * @param ending hears each output and its last event once, on the output thread, before its
   *     listener does
   * @param ended the same after its last event
   * @param died hears what ended the thread, if anything but {@link #close} does
   */
  public OutputProcessor(
      Tokenizer tokenizer,
      BiConsumer<RequestOutput, GenerationEvent> ending,
      Consumer<RequestOutput> ended,
      Thread.UncaughtExceptionHandler died) {
    this.tokenizer = tokenizer;
    this.ending = ending;
    this.ended = ended;
    thread =
        Thread.ofPlatform()
            .name("javelin-output")
            .daemon()
            .uncaughtExceptionHandler(died)
            .start(this::run);
  }

  /** Queues items to be told in order. The list, which must not be empty, now belongs here. */
  public void post(List<OutputItem> items) {
    inbox.add(items);
  }

  /** Ends after everything posted has been told. */
  @Override
  public void close() {
    inbox.add(List.of());
    if (Thread.currentThread() != thread) {
      done.join();
    }
  }

  /** Tells items at once: on the output thread, also while it dies, and nowhere else. */
  public void tellNow(List<OutputItem> items) {
    for (OutputItem item : items) {
      if (!item.output().done) {
        tell(item);
      }
    }
  }

  private void run() {
    try {
      tellUntilClosed();
    } finally {
      done.complete(null);
    }
  }

  private void tellUntilClosed() {
    while (true) {
      List<OutputItem> items;
      try {
        items = inbox.take();
      } catch (InterruptedException e) {
        // Nobody but a listener could have interrupted this thread; the others still wait.
        continue;
      }
      if (items.isEmpty()) {
        return;
      }
      tellNow(items);
    }
  }

  private void tell(OutputItem item) {
    RequestOutput output = item.output();
    try {
      switch (item) {
        case OutputItem.Token token -> {
          if (answer(output).accept(token)) {
            output.stopFound.run();
            finish(output, FinishReason.STOP);
          }
        }
        case OutputItem.ScoredPrompt scored -> answer(output).accept(scored);
        case OutputItem.Finish finish -> finish(output, finish.reason());
        case OutputItem.Failure failure ->
            end(output, new Failed(failure.code(), failure.message()));
      }
    } catch (RuntimeException | Error e) {
      LOG.log(System.Logger.Level.ERROR, "output of request " + output.request.id() + " failed", e);
      output.stopFound.run();
      end(output, new Failed(ErrorCode.INTERNAL, "the answer could not be turned into text"));
    } finally {
      if (output.done) {
        ended.accept(output);
      }
    }
  }

  private AnswerText answer(RequestOutput output) {
    AnswerText answer = output.answer;
    if (answer == null) {
      answer = new AnswerText(output, tokenizer);
      output.answer = answer;
    }
    return answer;
  }

  private void finish(RequestOutput output, FinishReason reason) {
    end(output, answer(output).finish(reason));
  }

  private void end(RequestOutput output, GenerationEvent last) {
    if (output.done) {
      return;
    }
    output.done = true;
    try {
      try {
        ending.accept(output, last);
      } finally {
        output.listener.onEvent(last);
      }
    } catch (RuntimeException | Error e) {
      LOG.log(System.Logger.Level.ERROR, "the end of " + output.request.id() + " failed", e);
    }
  }
}
