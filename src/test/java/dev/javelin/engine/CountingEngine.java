package dev.javelin.engine;

import dev.javelin.engine.request.GenerationListener;
import dev.javelin.engine.request.GenerationRequest;
import dev.javelin.engine.request.RequestTimeline;
import dev.javelin.engine.request.StructuredOutput;
import dev.javelin.engine.runner.ModelRunner;
import dev.javelin.engine.runner.StepHandle;
import dev.javelin.engine.sampling.grammar.GrammarRule;
import dev.javelin.engine.scheduler.SchedulerOutput;
import dev.javelin.fake.ForwardingRunner;
import java.time.Duration;
import java.util.List;

/** An engine that knows how many tokens its steps computed. */
record CountingEngine(BatchingEngine engine, CountingEngine.Runner runner) implements Engine {
  long computed() {
    return runner.tokens;
  }

  @Override
  public void submit(GenerationRequest request, GenerationListener listener) {
    engine.submit(request, listener);
  }

  @Override
  public void abort(String requestId) {
    engine.abort(requestId);
  }

  @Override
  public GrammarRule rule(StructuredOutput output) {
    return engine.rule(output);
  }

  @Override
  public EngineStats stats() {
    return engine.stats();
  }

  @Override
  public List<RequestTimeline> timelines() {
    return engine.timelines();
  }

  @Override
  public boolean drain(Duration timeout) {
    return engine.drain(timeout);
  }

  @Override
  public void close() {
    engine.close();
  }

  /** Lends the backend to one engine after another. */
  static final class Runner extends ForwardingRunner {
    volatile long tokens;

    Runner(ModelRunner runner) {
      super(runner);
    }

    @Override
    public StepHandle launch(SchedulerOutput step) {
      tokens += step.numTokens();
      return super.launch(step);
    }

    @Override
    public void close() {}
  }
}
