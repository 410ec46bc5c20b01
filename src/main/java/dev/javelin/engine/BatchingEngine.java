package dev.javelin.engine;

import dev.javelin.engine.output.OutputItem;
import dev.javelin.engine.output.OutputProcessor;
import dev.javelin.engine.output.RequestOutput;
import dev.javelin.engine.request.EngineException;
import dev.javelin.engine.request.ErrorCode;
import dev.javelin.engine.request.FinishReason;
import dev.javelin.engine.request.GenerationEvent;
import dev.javelin.engine.request.GenerationListener;
import dev.javelin.engine.request.GenerationRequest;
import dev.javelin.engine.request.RequestTimeline;
import dev.javelin.engine.request.SamplingParams;
import dev.javelin.engine.request.StructuredOutput;
import dev.javelin.engine.request.Tenant;
import dev.javelin.engine.request.TokenRule;
import dev.javelin.engine.runner.ModelRunner;
import dev.javelin.engine.sampling.grammar.GrammarRule;
import dev.javelin.engine.sampling.grammar.Grammars;
import dev.javelin.engine.scheduler.BlockPool;
import dev.javelin.engine.scheduler.Scheduler;
import dev.javelin.engine.scheduler.SchedulerOptions;
import dev.javelin.engine.scheduler.Sequence;
import dev.javelin.tokenizer.Tokenizer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The engine of one model: continuous batching over a paged KV cache. */
public final class BatchingEngine implements Engine {
  private static final System.Logger LOG = System.getLogger(BatchingEngine.class.getName());

  /** Most time that compiling one structured output may take. */
  private static final Duration GRAMMAR_TIME = Duration.ofSeconds(5);

  private final int vocabSize;
  private final Set<Integer> eosTokenIds;
  private final int contextLength;
  private final ConcurrentHashMap<String, RunningRequest> live = new ConcurrentHashMap<>();
  private final WaitingRoom waitingRoom;
  private final SchedulerOptions scheduling;
  private final Outstanding outstanding = new Outstanding();
  private final Timelines timelines = new Timelines();
  private final Grammars grammars;
  private final OutputProcessor outputs;
  private final EngineLoop loop;

  /**
   * Guards {@code accepting} against the close, so that no request is sent to a loop that ended.
   */
  private final Object gate = new Object();

  private boolean accepting = true;

  /** Nothing is taken any more, not even what goes on with an answer. */
  private boolean closed;

  /** One of the threads ended by itself. */
  private volatile boolean dead;

  /**
   * Starts the engine's two threads.
   *
   * @param runner closed with this engine
   * @param tokenizer not closed
   * @param contextLength most tokens of a sequence; a smaller cache lowers it
   * @param wanted zero where the engine may choose; {@code kvCacheBytes} is not read
   * @param numBlocks blocks of the KV cache
   */
  public BatchingEngine(
      ModelRunner runner,
      Tokenizer tokenizer,
      int contextLength,
      LoadOptions wanted,
      int numBlocks) {
    LoadOptions options = wanted.settled();
    vocabSize = runner.vocabSize();
    eosTokenIds = Set.copyOf(tokenizer.eosTokenIds());
    this.contextLength = (int) Math.min(contextLength, (long) numBlocks * options.blockSize());
    waitingRoom = new WaitingRoom(options.maxQueue(), options.maxQueuePerTenant());
    BlockPool pool = new BlockPool(numBlocks, runner.hostSlots());
    scheduling =
        new SchedulerOptions(
            options.blockSize(),
            options.maxSequences(),
            options.tokenBudget(),
            options.promptTokens(),
            options.prefixCache(),
            runner.attentionWindow(),
            runner.lengthDependentKeys());
    Scheduler scheduler = new Scheduler(pool, scheduling, BatchingEngine::whenRuleIsReady);
    grammars = new Grammars(tokenizer, vocabSize, GRAMMAR_TIME);
    outputs =
        new OutputProcessor(tokenizer, this::ending, output -> outstanding.release(), this::died);
    loop = new EngineLoop(runner, scheduler, pool, outputs, outstanding, waitingRoom, this::died);
    loop.thread().start();
  }

  @Override
  public void submit(GenerationRequest request, GenerationListener listener) {
    check(request);
    RunningRequest running = prepare(request, listener);
    synchronized (gate) {
      if (stats().health() == EngineHealth.FAILED) {
        throw new EngineException(ErrorCode.ENGINE_FAILED, Faults.FAILED);
      }
      if (closed || !(accepting || request.goesOn())) {
        throw new EngineException(
            ErrorCode.SHUTTING_DOWN, "the model is being unloaded; try again later");
      }
      if (live.containsKey(request.id())) {
        throw invalid("id", "a request with the id %s is still running".formatted(request.id()));
      }
      if (request.goesOn()) {
        waitingRoom.enterAgain(request.tenant());
      } else {
        waitingRoom.enter(request.tenant());
      }
      live.put(request.id(), running);
      // Twice: the loop frees its blocks, the output thread tells its end.
      outstanding.add(2);
      loop.submit(running);
    }
  }

  @Override
  public void checkRoom(Tenant tenant) {
    waitingRoom.checkRoom(tenant);
  }

  private RunningRequest prepare(GenerationRequest request, GenerationListener listener) {
    try {
      RunningRequest running =
          new RunningRequest(
              request, listener, endTokenIds(request.sampling()), contextLength, loop::abort);
      running.sequence.hashPrompt(scheduling);
      return running;
    } catch (OutOfMemoryError e) {
      throw new EngineException(ErrorCode.INSUFFICIENT_MEMORY, Faults.NO_MEMORY, null, e);
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
  public GrammarRule rule(StructuredOutput output) {
    return grammars.rule(output);
  }

  @Override
  public EngineStats stats() {
    return dead ? loop.stats().failed() : loop.stats();
  }

  @Override
  public List<RequestTimeline> timelines() {
    return timelines.list();
  }

  @Override
  public @Nullable RequestTimeline timeline(String requestId) {
    RunningRequest running = live.get(requestId);
    if (running == null) {
      return timelines.find(requestId);
    }
    return timeline(running, null, null);
  }

  /** Keeps what became of a request as its listener will hear it; on the output thread. */
  private void ending(RequestOutput output, GenerationEvent last) {
    RunningRequest running = live.get(output.request().id());
    // The many short requests of one search would leave no room for others.
    if (running != null && !running.request.goesOn()) {
      timelines.add(
          switch (last) {
            case GenerationEvent.Finished finished -> timeline(running, finished.reason(), null);
            case GenerationEvent.Failed failed -> timeline(running, null, failed.code());
            case GenerationEvent.TextDelta _, GenerationEvent.PromptScored _ ->
                throw new IllegalStateException("not a last event: " + last);
          });
    }
    live.remove(output.request().id());
  }

  private RequestTimeline timeline(
      RunningRequest running, @Nullable FinishReason finish, @Nullable ErrorCode error) {
    loop.stats(); // a volatile read: everything up to the last step is seen
    return running.timeline(finish, error);
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
      closed = true;
    }
    loop.close();
    loop.awaitEnd();
    outputs.close();
    grammars.close();
  }

  /** A request whose grammar is still being compiled waits for it, and nobody behind it does. */
  private static int whenRuleIsReady(Sequence sequence, int wanted) {
    TokenRule rule = sequence.sampling().rule();
    return rule == null || rule.ready() ? wanted : 0;
  }

  /** The engine's thread, for tests of what it does while idle. */
  Thread thread() {
    return loop.thread();
  }

  /** A thread ended that must not: nobody is left waiting, and nobody new is taken. */
  private void died(Thread thread, Throwable cause) {
    synchronized (gate) {
      dead = true;
      accepting = false;
      closed = true;
    }
    List<OutputItem> failures = new ArrayList<>();
    for (RunningRequest running : live.values()) {
      failures.add(new OutputItem.Failure(running.output, ErrorCode.ENGINE_FAILED, Faults.FAILED));
    }
    if (thread == loop.thread()) {
      outputs.post(failures);
    } else {
      outputs.tellNow(failures);
    }
    outstanding.abandon();
    // Last: a cause that cannot be logged must not keep the rest from happening.
    LOG.log(System.Logger.Level.ERROR, thread.getName() + " died: the engine has failed", cause);
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
    Set<Integer> allowed = request.sampling().allowedTokenIds();
    if (allowed != null) {
      for (int token : allowed) {
        checkToken("allowed_token_ids", token);
      }
    }
    for (List<Integer> word : request.sampling().badWords()) {
      for (int token : word) {
        checkToken("bad_words", token);
      }
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
