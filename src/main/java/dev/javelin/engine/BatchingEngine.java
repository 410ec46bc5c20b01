package dev.javelin.engine;

import dev.javelin.engine.output.OutputProcessor;
import dev.javelin.engine.request.EngineException;
import dev.javelin.engine.request.ErrorCode;
import dev.javelin.engine.request.GenerationListener;
import dev.javelin.engine.request.GenerationRequest;
import dev.javelin.engine.request.SamplingParams;
import dev.javelin.engine.runner.ModelRunner;
import dev.javelin.engine.scheduler.BlockPool;
import dev.javelin.engine.scheduler.Scheduler;
import dev.javelin.tokenizer.Tokenizer;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** The engine of one model: continuous batching over a paged KV cache. */
public final class BatchingEngine implements Engine {
  private final int vocabSize;
  private final Set<Integer> eosTokenIds;
  private final int contextLength;
  private final int maxQueue;
  private final ConcurrentHashMap<String, RunningRequest> live = new ConcurrentHashMap<>();
  private final AtomicInteger waitingToStart = new AtomicInteger();
  private final Outstanding outstanding = new Outstanding();
  private final OutputProcessor outputs;
  private final EngineLoop loop;

  /**
   * Guards {@code accepting} against the close, so that no request is sent to a loop that ended.
   */
  private final Object gate = new Object();

  private boolean accepting = true;

  /**
   * Starts the engine's two threads.
   *
   * @param runner closed with this engine
   * @param tokenizer not closed
   * @param contextLength most tokens of a sequence; a smaller cache lowers it
   * @param options with nothing zero but {@code kvCacheBytes}, which is not read
   * @param numBlocks blocks of the KV cache
   */
  public BatchingEngine(
      ModelRunner runner,
      Tokenizer tokenizer,
      int contextLength,
      LoadOptions options,
      int numBlocks) {
    vocabSize = runner.vocabSize();
    eosTokenIds = Set.copyOf(tokenizer.eosTokenIds());
    this.contextLength = (int) Math.min(contextLength, (long) numBlocks * options.blockSize());
    maxQueue = options.maxQueue();
    BlockPool pool = new BlockPool(numBlocks);
    Scheduler scheduler =
        new Scheduler(pool, options.blockSize(), options.maxSequences(), options.tokenBudget());
    outputs =
        new OutputProcessor(
            tokenizer,
            output -> live.remove(output.request().id()),
            output -> outstanding.release());
    loop =
        new EngineLoop(
            runner, scheduler, pool, outputs, outstanding, waitingToStart, this.contextLength);
    loop.thread().start();
  }

  @Override
  public void submit(GenerationRequest request, GenerationListener listener) {
    check(request);
    RunningRequest running =
        new RunningRequest(request, listener, endTokenIds(request.sampling()), loop::abort);
    synchronized (gate) {
      if (!accepting) {
        throw new EngineException(
            ErrorCode.SHUTTING_DOWN, "the model is being unloaded; try again later");
      }
      if (waitingToStart.get() >= maxQueue) {
        throw new EngineException(
            ErrorCode.QUEUE_FULL,
            "%d requests wait already, which is the most allowed; try again later"
                .formatted(maxQueue));
      }
      if (live.putIfAbsent(request.id(), running) != null) {
        throw invalid("id", "a request with the id %s is still running".formatted(request.id()));
      }
      waitingToStart.incrementAndGet();
      // Twice: the loop frees its blocks, the output thread tells its end.
      outstanding.add(2);
      loop.submit(running);
    }
  }

  @Override
  public void abort(String requestId) {
    RunningRequest running = live.get(requestId);
    if (running != null) {
      loop.abort(running);
    }
  }

  @Override
  public EngineStats stats() {
    return loop.stats();
  }

  @Override
  public boolean drain(Duration timeout) {
    synchronized (gate) {
      accepting = false;
    }
    return outstanding.await(timeout);
  }

  @Override
  public void close() {
    synchronized (gate) {
      accepting = false;
    }
    loop.close();
    loop.awaitEnd();
    outputs.close();
  }

  /** The engine's thread, for tests of what it does while idle. */
  Thread thread() {
    return loop.thread();
  }

  private void check(GenerationRequest request) {
    int[] prompt = request.promptTokenIds();
    if (prompt.length == 0) {
      throw invalid("prompt", "the prompt is empty; it must have at least one token");
    }
    if (prompt.length >= contextLength) {
      throw new EngineException(
          ErrorCode.CONTEXT_LENGTH_EXCEEDED,
          ("the prompt has %d tokens, but the context holds %d and one must be left for the"
                  + " answer; shorten the prompt")
              .formatted(prompt.length, contextLength),
          "prompt",
          null);
    }
    for (int token : prompt) {
      checkToken("prompt", token);
    }
    for (int token : request.sampling().logitBias().keySet()) {
      checkToken("logit_bias", token);
    }
    for (int token : request.sampling().stopTokenIds()) {
      checkToken("stop_token_ids", token);
    }
  }

  private void checkToken(String field, int token) {
    if (token < 0 || token >= vocabSize) {
      throw invalid(
          field,
          "%s holds the token id %d, but ids go from 0 to %d"
              .formatted(field, token, vocabSize - 1));
    }
  }

  private int[] endTokenIds(SamplingParams sampling) {
    Set<Integer> ids = new TreeSet<>(sampling.stopTokenIds());
    if (!sampling.ignoreEos()) {
      ids.addAll(eosTokenIds);
    }
    return ids.stream().mapToInt(Integer::intValue).toArray();
  }

  private static EngineException invalid(String field, String message) {
    return new EngineException(ErrorCode.INVALID_REQUEST, message, field, null);
  }
}
