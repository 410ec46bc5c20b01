package dev.javelin.fake;

import dev.javelin.catalog.account.ApiKeys;
import dev.javelin.engine.Engine;
import dev.javelin.engine.EngineStats;
import dev.javelin.engine.LoadOptions;
import dev.javelin.engine.LoadProgress;
import dev.javelin.engine.LoadReport;
import dev.javelin.engine.LoadedModel;
import dev.javelin.engine.ModelOpener;
import dev.javelin.engine.request.EngineException;
import dev.javelin.engine.request.ErrorCode;
import dev.javelin.engine.request.FinishReason;
import dev.javelin.engine.request.GenerationEvent;
import dev.javelin.engine.request.GenerationListener;
import dev.javelin.engine.request.GenerationRequest;
import dev.javelin.engine.request.RequestTimeline;
import dev.javelin.engine.request.StructuredOutput;
import dev.javelin.engine.request.Timings;
import dev.javelin.engine.request.Usage;
import dev.javelin.engine.sampling.grammar.GrammarRule;
import dev.javelin.model.ModelConfig;
import dev.javelin.quant.KvDType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Primary;

/**
 * Every load is an engine of its own that answers, piece by piece, with what its file says. A file
 * that says "broken" does not load, one that says "cold" fails its warm-up, one that says "fails"
 * loads and fails every request, one that says "slow" loads until {@link #slow} is open, one that
 * says "endless" answers until it is cancelled.
 */
public final class TaggedModels implements ModelOpener {
  public static final int PIECES = 8;

  /** Calls that came to an engine after it was closed, or were cut off by its closing. */
  public final AtomicInteger late = new AtomicInteger();

  public volatile CountDownLatch slow = new CountDownLatch(0);

  /** By what a file's name begins with, up to a hyphen: the model, by tests' convention. */
  private final Map<String, Tally> tallies = new ConcurrentHashMap<>();

  /** Engines of one model, now and at most. */
  private static final class Tally {
    final AtomicInteger open = new AtomicInteger();
    final AtomicInteger most = new AtomicInteger();
  }

  /** In place of the real backends. */
  @TestConfiguration(proxyBeanMethods = false)
  @Import(TestServer.class)
  public static class Backend {
    @Bean
    @Primary
    TaggedModels taggedModels() {
      return new TaggedModels();
    }

    @Bean
    @Primary
    FakePlanner fakePlanner() {
      return new FakePlanner();
    }

    @Bean
    TestKeys testKeys(ApiKeys keys) {
      return new TestKeys(keys);
    }
  }

  @Override
  public LoadedModel open(Path path, LoadOptions options, LoadProgress progress) {
    progress.stage("weights");
    String tag;
    try {
      tag = Files.readString(path);
    } catch (IOException e) {
      throw new EngineException(ErrorCode.INVALID_MODEL_FILE, path + " cannot be read");
    }
    if (tag.startsWith("broken")) {
      throw new EngineException(ErrorCode.INVALID_MODEL_FILE, "the tensor 'a' is cut off");
    }
    progress.done(0.5);
    if (tag.startsWith("slow")) {
      try {
        slow.await();
      } catch (InterruptedException e) {
        throw new EngineException(ErrorCode.SHUTTING_DOWN, "the load was interrupted");
      }
    }
    Tally tally = tally(String.valueOf(path.getFileName()).split("-")[0]);
    tally.most.accumulateAndGet(tally.open.incrementAndGet(), Math::max);
    return new LoadedModel(
        path,
        new ModelConfig("llama", 257, 8, 16, 1, 1, 1, 8, 256, 1e-5f, true, Map.of()),
        new FakeTokenizer(),
        new FakeChatTemplate(),
        Map.of(),
        new LoadOptions(256, 4, 64, 16, 1 << 20, KvDType.F16, 1, 8),
        new LoadReport("fake", 1, 1, 1, List.of(), List.of()),
        new Answers(tag, tally));
  }

  private Tally tally(String model) {
    return tallies.computeIfAbsent(model, _ -> new Tally());
  }

  /** Engines of this model's files. */
  public int open(String model) {
    return tally(model).open.get();
  }

  /** Engines of this model's files that were there at once. */
  public int mostOpen(String model) {
    return tally(model).most.get();
  }

  private final class Answers implements Engine {
    private final String tag;
    private final Tally tally;
    private final Set<String> running = ConcurrentHashMap.newKeySet();
    private final ExecutorService output =
        Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().factory());
    private volatile boolean closed;

    Answers(String tag, Tally tally) {
      this.tag = tag;
      this.tally = tally;
    }

    @Override
    public void submit(GenerationRequest request, GenerationListener listener) {
      if (closed) {
        late.incrementAndGet();
        throw new EngineException(ErrorCode.SHUTTING_DOWN, "closed");
      }
      running.add(request.id());
      output.execute(() -> piece(request.id(), listener, 0));
    }

    private void piece(String id, GenerationListener listener, int count) {
      Usage usage = new Usage(1, count, 0);
      boolean warmUp = id.startsWith("warm-up");
      if (tag.startsWith(warmUp ? "cold" : "fails")) {
        running.remove(id);
        listener.onEvent(new GenerationEvent.Failed(ErrorCode.INTERNAL, "it broke"));
      } else if (!running.contains(id)) {
        listener.onEvent(
            new GenerationEvent.Finished(FinishReason.CANCELLED, usage, new Timings(1, 1, 1)));
      } else if (tag.startsWith("endless") && count > 0 && !warmUp) {
        output.execute(() -> piece(id, listener, count));
      } else if (count == PIECES) {
        running.remove(id);
        listener.onEvent(
            new GenerationEvent.Finished(FinishReason.STOP, usage, new Timings(1, 1, 1)));
      } else {
        listener.onEvent(new GenerationEvent.TextDelta(tag + " ", new int[] {1}));
        // Behind the other requests' pieces: all of them are in flight for a while.
        output.execute(() -> piece(id, listener, count + 1));
      }
    }

    @Override
    public void abort(String requestId) {
      running.remove(requestId);
    }

    @Override
    public EngineStats stats() {
      return EngineStats.idle(64);
    }

    @Override
    public List<RequestTimeline> timelines() {
      return List.of();
    }

    @Override
    public GrammarRule rule(StructuredOutput output) {
      throw new EngineException(ErrorCode.INVALID_REQUEST, "only tags are answered here");
    }

    @Override
    public boolean drain(Duration timeout) {
      return true;
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        tally.open.decrementAndGet();
        late.addAndGet(running.size());
        running.clear();
      }
    }
  }
}
