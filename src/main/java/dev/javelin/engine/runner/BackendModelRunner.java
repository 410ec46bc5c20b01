package dev.javelin.engine.runner;

import dev.javelin.backend.Backend;
import dev.javelin.backend.KvCache;
import dev.javelin.engine.LoadOptions;
import dev.javelin.engine.sampling.Sampler;
import dev.javelin.engine.sampling.SamplerState;
import dev.javelin.engine.scheduler.SchedulerOutput;
import dev.javelin.engine.scheduler.SchedulerOutput.NewSequence;
import dev.javelin.engine.scheduler.SchedulerOutput.ScheduledSequence;
import dev.javelin.model.ForwardBatch;
import dev.javelin.model.Model;
import dev.javelin.tensor.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Runs steps on a {@link Backend} and samples on the host. */
public final class BackendModelRunner implements ModelRunner {
  private final Backend backend;
  private final Model model;
  private final KvCache cache;
  private final BatchBuilder batches;
  private final int vocabSize;
  private final Sampler sampler;
  private @Nullable SamplerState[] samplers;
  private float[] logits = new float[0];

  /**
   * @param backend closed with this runner
   * @param options with nothing zero
   * @param contextLength most tokens of a sequence
   */
  public BackendModelRunner(
      Backend backend, Model model, KvCache cache, LoadOptions options, int contextLength) {
    this.backend = backend;
    this.model = model;
    this.cache = cache;
    vocabSize = model.config().vocabSize();
    sampler = new Sampler(vocabSize);
    samplers = new SamplerState[options.maxSequences()];
    batches =
        new BatchBuilder(
            options.tokenBudget(),
            options.maxSequences(),
            Math.ceilDiv(contextLength, cache.spec().blockSize()));
  }

  @Override
  public int vocabSize() {
    return vocabSize;
  }

  @Override
  public StepHandle launch(SchedulerOutput step) {
    for (int id : step.finishedIds()) {
      samplers[id] = null;
    }
    for (NewSequence added : step.newSequences()) {
      if (added.id() >= samplers.length) {
        samplers = Arrays.copyOf(samplers, Math.max(added.id() + 1, samplers.length * 2));
      }
      samplers[added.id()] =
          new SamplerState(added.sampling(), added.promptTokenIds(), added.endTokenIds());
    }
    ForwardBatch batch = batches.build(step);
    int mark = backend.workspace().mark();
    Tensor hidden;
    try {
      hidden = model.forward(batch, cache);
    } catch (Throwable e) {
      backend.workspace().release(mark);
      throw e;
    }
    return () -> finish(step, batch.numLogits, hidden, mark);
  }

  private ModelRunnerOutput finish(SchedulerOutput step, int numLogits, Tensor hidden, int mark) {
    try {
      if (numLogits > 0) {
        int needed = Math.multiplyExact(numLogits, vocabSize);
        if (logits.length < needed) {
          logits = new float[needed];
        }
        backend.read(model.logits(hidden), logits);
      }
    } finally {
      backend.workspace().release(mark);
    }
    int[] sampled = new int[step.scheduled().size()];
    int row = 0;
    for (int s = 0; s < sampled.length; s++) {
      ScheduledSequence sequence = step.scheduled().get(s);
      sampled[s] = ModelRunnerOutput.NONE;
      if (sequence.needsLogits()) {
        SamplerState state = samplers[sequence.id()];
        if (state == null) {
          throw new IllegalStateException("sequence %d was never new".formatted(sequence.id()));
        }
        int token = sampler.sample(logits, row++ * vocabSize, state);
        sampled[s] = token == Sampler.INVALID_LOGITS ? ModelRunnerOutput.INVALID_LOGITS : token;
      }
    }
    return new ModelRunnerOutput(sampled);
  }

  @Override
  public void close() {
    backend.close();
  }
}
