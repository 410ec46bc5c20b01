package dev.javelin.engine.sampling.grammar;

import dev.javelin.engine.request.EngineException;
import dev.javelin.engine.request.ErrorCode;
import dev.javelin.engine.request.StructuredOutput;
import dev.javelin.engine.sampling.grammar.machine.Automaton;
import dev.javelin.engine.sampling.grammar.machine.Budget;
import dev.javelin.engine.sampling.grammar.machine.GrammarException;
import dev.javelin.engine.sampling.grammar.machine.TokenMasks;
import dev.javelin.engine.sampling.grammar.machine.TokenTrie;
import dev.javelin.tokenizer.Tokenizer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The grammars of one model: compiled on a thread of their own, and kept, so that a request whose
 * schema was seen before waits for nothing. Thread-safe.
 */
public final class Grammars implements AutoCloseable {
  /** Compiled grammars kept; the one used longest ago goes first. */
  static final int MAX_KEPT = 64;

  private static final int MAX_QUEUED = 128;

  /** Compiled while a model loads, so that no caller's schema is the first that the JVM meets. */
  private static final String FIRST =
      """
      {"type": "object", "required": ["name", "when"], "additionalProperties": false,
       "properties": {
         "name": {"type": "string", "minLength": 1, "maxLength": 40},
         "when": {"type": "string", "format": "date"},
         "count": {"type": "integer", "minimum": 0, "maximum": 1000},
         "size": {"type": "number"},
         "kind": {"anyOf": [{"enum": ["a", "b"]}, {"type": "null"}]},
         "tags": {"type": "array", "items": {"type": "string"}, "maxItems": 3}}}
      """;

  private final ThreadPoolExecutor compiling =
      worker("javelin-grammar", new ArrayBlockingQueue<>(MAX_QUEUED));
  private final ThreadPoolExecutor preparing = worker("javelin-masks", new LinkedBlockingQueue<>());
  private final Tokenizer tokenizer;
  private final Duration timeLimit;
  private final CompletableFuture<TokenTrie> trie;
  private final boolean dropsFirstSpace;
  private final Map<StructuredOutput, Compilation> kept =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<StructuredOutput, Compilation> eldest) {
          return size() > MAX_KEPT;
        }
      };

  /**
   * @param vocabSize logits of a row, which may be more than the tokenizer has tokens
   * @param timeLimit most time for one compilation
   */
  public Grammars(Tokenizer tokenizer, int vocabSize, Duration timeLimit) {
    this.tokenizer = tokenizer;
    this.timeLimit = timeLimit;
    dropsFirstSpace = dropsFirstSpace(tokenizer);
    trie = CompletableFuture.supplyAsync(() -> trie(tokenizer, vocabSize), compiling);
    rule(new StructuredOutput.JsonObject());
    rule(new StructuredOutput.JsonSchema(FIRST));
  }

  private static TokenTrie trie(Tokenizer tokenizer, int vocabSize) {
    int known = tokenizer.vocabSize();
    return new TokenTrie(
        vocabSize,
        id -> id < known ? tokenizer.tokenBytes(id) : new byte[0],
        tokenizer::isSpecial,
        tokenizer.eosTokenIds());
  }

  /** Whether an answer's text lacks the space that its first token begins with. */
  private static boolean dropsFirstSpace(Tokenizer tokenizer) {
    for (int id = 0; id < tokenizer.vocabSize(); id++) {
      byte[] bytes = tokenizer.tokenBytes(id);
      if (bytes.length > 1 && bytes[0] == ' ' && !tokenizer.isSpecial(id)) {
        return !tokenizer.decode(new int[] {id}, false).startsWith(" ");
      }
    }
    return false;
  }

  private static ThreadPoolExecutor worker(String name, BlockingQueue<Runnable> queue) {
    return new ThreadPoolExecutor(
        1,
        1,
        0,
        TimeUnit.SECONDS,
        queue,
        task -> Thread.ofPlatform().name(name).daemon().unstarted(task));
  }

  /**
   * The rule for an output, compiled already or soon.
   *
   * @throws EngineException QUEUE_FULL if too many wait to be compiled
   */
  public GrammarRule rule(StructuredOutput output) {
    synchronized (kept) {
      Compilation known = kept.get(output);
      if (known == null) {
        known = compile(output);
        kept.put(output, known);
      }
      Compilation held = known;
      held.hold();
      return new GrammarRule(held.masks, this::prepare, () -> release(output, held));
    }
  }

  private void release(StructuredOutput output, Compilation held) {
    synchronized (kept) {
      if (held.release()) {
        kept.remove(output, held);
        held.cancel();
        compiling.purge();
      }
    }
  }

  private Compilation compile(StructuredOutput output) {
    Compilation begun = new Compilation();
    try {
      begun.runsAs(compiling.submit(() -> compile(output, begun)));
      return begun;
    } catch (RejectedExecutionException e) {
      throw new EngineException(
          ErrorCode.QUEUE_FULL,
          "%d structured outputs wait to be compiled already; try again later"
              .formatted(MAX_QUEUED),
          null,
          e);
    }
  }

  private void compile(StructuredOutput output, Compilation begun) {
    try {
      begun.masks.complete(compileNow(output));
    } catch (RuntimeException | Error e) {
      // It may have failed for lack of time: the next caller tries again.
      synchronized (kept) {
        kept.remove(output, begun);
      }
      begun.masks.completeExceptionally(e);
    }
  }

  private TokenMasks compileNow(StructuredOutput output) {
    Budget budget = new Budget(Budget.NODES, timeLimit.toNanos());
    Automaton automaton = GrammarCompiler.compile(output, tokenizer, dropsFirstSpace, budget);
    TokenMasks masks = new TokenMasks(automaton, trie.join());
    if (masks.of(masks.start()).size() == 0) {
      throw new GrammarException("no token of this model can begin an answer to it");
    }
    masks.prepare(masks.start());
    return masks;
  }

  private void prepare(Runnable task) {
    try {
      preparing.execute(task);
    } catch (RejectedExecutionException e) {
      // Closed: the step computes the mask itself.
    }
  }

  @Override
  public void close() {
    compiling.shutdownNow();
    preparing.shutdownNow();
  }
}
