package dev.javelin.engine.runner;

import dev.javelin.backend.Backend;
import dev.javelin.backend.ChosenTokens;
import dev.javelin.backend.ForwardBatch;
import dev.javelin.backend.KvCache;
import dev.javelin.backend.StepExecutor;
import dev.javelin.checkpoint.Checkpoint;
import dev.javelin.engine.LoadOptions;
import dev.javelin.engine.sampling.Sampler;
import dev.javelin.engine.sampling.SamplerState;
import dev.javelin.engine.scheduler.BlockMove;
import dev.javelin.engine.scheduler.SchedulerOutput;
import dev.javelin.engine.scheduler.SchedulerOutput.NewSequence;
import dev.javelin.engine.scheduler.SchedulerOutput.ScheduledSequence;
import dev.javelin.model.Model;
import dev.javelin.tensor.Tensor;
import java.util.Arrays;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs steps on a {@link Backend}. Where the likeliest token is all that is asked for, or the
 * backend can draw the tokens, only token ids come back from it; otherwise the logits do, and the
 * host samples.
 */
public final class BackendModelRunner implements ModelRunner {
  private final Backend backend;
  private final Checkpoint checkpoint;
  private final Model model;
  private final KvCache cache;
  private final @Nullable HostKvTier tier;
  private final BatchBuilder batches;
  private final ForwardBatch batch;
  private final StepExecutor logitsExecutor;
  private final StepExecutor bestExecutor;
  private final StepExecutor drawExecutor;
  private final StepExecutor hiddenExecutor;
  private final Supplier<Tensor> logitsStep = this::logits;
  private final Supplier<Tensor> bestStep = this::best;
  private final Supplier<Tensor> drawStep = this::drawn;
  private final Supplier<Tensor> hiddenStep = this::hidden;
  private final LogitRows rows;
  private final int vocabSize;
  private final Sampler sampler;
  private final ChosenTokens chosen;
  private @Nullable SamplerState[] samplers;

  /** By sequence id: the row of logits that the last step chose its token from. */
  private int[] chosenRows;

  private float[] values = new float[0];

  /**
   * @param backend closed with this runner
   * @param options with nothing zero
   * @param contextLength most tokens of a sequence
   * @param tier where evicted blocks are kept, if anywhere; closed with this runner
   * @param checkpoint closed after the backend, which may read mapped weights from it
   */
  public BackendModelRunner(
      Backend backend,
      Model model,
      KvCache cache,
      @Nullable HostKvTier tier,
      LoadOptions options,
      int contextLength,
      Checkpoint checkpoint) {
    this.backend = backend;
    this.checkpoint = checkpoint;
    this.model = model;
    this.cache = cache;
    this.tier = tier;
    vocabSize = model.config().vocabSize();
    sampler = new Sampler(vocabSize);
    chosen = backend.chosenTokens();
    samplers = new SamplerState[options.maxSequences()];
    chosenRows = new int[options.maxSequences()];
    batches =
        new BatchBuilder(
            options.tokenBudget(),
            options.maxSequences(),
            Math.ceilDiv(contextLength, cache.spec().blockSize()),
            cache.spec().blockSize());
    batch = batches.batch();
    logitsExecutor = backend.executor();
    bestExecutor = backend.executor();
    drawExecutor = backend.executor();
    hiddenExecutor = backend.executor();
    rows = new LogitRows(backend, model);
  }

  /**
   * What a runner keeps of the heap, whatever device computes: logits that are sampled from, and
   * what a step is laid out in.
   *
   * @param options with nothing zero
   */
  public static long heapBytes(LoadOptions options, int vocabSize) {
    long logits = (long) Float.BYTES * options.maxSequences() * vocabSize;
    return logits
        + LogitRows.bytes(vocabSize)
        + Sampler.bytes(vocabSize)
        + ForwardBatch.bytes(
            options.tokenBudget(),
            options.maxSequences(),
            Math.ceilDiv(options.contextLength(), options.blockSize()));
  }

  @Override
  public int vocabSize() {
    return vocabSize;
  }

  @Override
  public int attentionWindow() {
    return model.attentionWindow();
  }

  @Override
  public boolean lengthDependentKeys() {
    return model.lengthDependentKeys();
  }

  @Override
  public int hostSlots() {
    return tier == null ? 0 : tier.numSlots();
  }

  @Override
  public StepHandle launch(SchedulerOutput step) {
    for (int id : step.finishedIds()) {
      // The step that would have made room for it may have failed before.
      if (id < samplers.length) {
        samplers[id] = null;
      }
    }
    for (NewSequence added : step.newSequences()) {
      if (added.id() >= samplers.length) {
        samplers = Arrays.copyOf(samplers, Math.max(added.id() + 1, samplers.length * 2));
        chosenRows = Arrays.copyOf(chosenRows, samplers.length);
      }
      samplers[added.id()] = begin(added);
    }
    for (BlockMove move : step.moves()) {
      make(move);
    }
    batches.build(step, this::promptRows, chosenRows);
    int numLogits = batch.numLogits;
    if (scoresPrompts(step)) {
      Tensor hidden = hiddenExecutor.run(batch, hiddenStep);
      return () -> score(step, numLogits, hidden);
    }
    boolean best = takesTheBest(step);
    if (!best && !canDraw(step)) {
      Tensor logits = logitsExecutor.run(batch, logitsStep);
      return () -> sample(step, numLogits, logits);
    }
    // Ids may be used again before this step is awaited.
    SamplerState[] states = new SamplerState[numLogits];
    for (int s = 0, row = 0; row < numLogits; s++) {
      ScheduledSequence sequence = step.scheduled().get(s);
      if (sequence.needsLogits()) {
        chosenRows[sequence.id()] = row;
        states[row] = sampler(sequence);
        states[row].draw(batch.draws, row, sequence.end() - sequence.promptLength());
        row++;
      }
    }
    batch.draws.count = best ? 0 : numLogits;
    Tensor tokens = best ? bestExecutor.run(batch, bestStep) : drawExecutor.run(batch, drawStep);
    return new Chosen(step, states, chosen.read(tokens, numLogits));
  }

  /** A step that ends with tokens chosen on the device. */
  private final class Chosen implements StepHandle {
    private final SchedulerOutput step;
    private final SamplerState[] states;
    private final ChosenTokens.Reading reading;

    Chosen(SchedulerOutput step, SamplerState[] states, ChosenTokens.Reading reading) {
      this.step = step;
      this.states = states;
      this.reading = reading;
    }

    @Override
    public boolean overlaps() {
      return chosen.feeds();
    }

    @Override
    public ModelRunnerOutput await() {
      float[] tokens = values(states.length);
      reading.await(tokens);
      StepResult result = new StepResult(sampler, step.scheduled().size());
      for (int s = 0, row = 0; row < states.length; s++) {
        if (step.scheduled().get(s).needsLogits()) {
          result.take(s, states[row], (int) tokens[row]);
          row++;
        }
      }
      return result.output();
    }
  }

  private SamplerState begin(NewSequence added) {
    int[] prompt = Arrays.copyOf(added.tokens(), added.promptLength());
    SamplerState state = new SamplerState(added.sampling(), prompt, added.endTokenIds(), vocabSize);
    for (int i = added.promptLength(); i < added.numTokens(); i++) {
      state.append(added.tokens()[i]);
    }
    return state;
  }

  private void make(BlockMove move) {
    if (tier == null) {
      throw new IllegalStateException("there is no second tier to move a block to or from");
    }
    if (move.toHost()) {
      tier.store(move.slot(), cache, move.block());
    } else {
      tier.load(move.slot(), cache, move.block());
    }
  }

  private int promptRows(ScheduledSequence sequence) {
    return sampler(sequence).promptRows(sequence.firstPosition(), sequence.end());
  }

  private boolean scoresPrompts(SchedulerOutput step) {
    for (ScheduledSequence sequence : step.scheduled()) {
      if (promptRows(sequence) > 0) {
        return true;
      }
    }
    return false;
  }

  /** Whether the likeliest token is the answer of every sequence: then no logits are read. */
  private boolean takesTheBest(SchedulerOutput step) {
    for (ScheduledSequence sequence : step.scheduled()) {
      if (sequence.needsLogits() && !sampler(sequence).takesTheBest()) {
        return false;
      }
    }
    return true;
  }

  /** Whether the device can choose every sequence's token. */
  private boolean canDraw(SchedulerOutput step) {
    if (!chosen.draws()) {
      return false;
    }
    for (ScheduledSequence sequence : step.scheduled()) {
      if (sequence.needsLogits() && !sampler(sequence).draws()) {
        return false;
      }
    }
    return true;
  }

  /** [numLogits, hiddenSize] */
  private Tensor hidden() {
    return model.forward(batch, cache);
  }

  /** [numLogits, vocabSize] */
  private Tensor logits() {
    return model.logits(model.forward(batch, cache));
  }

  /** [numLogits, 1] */
  private Tensor best() {
    Tensor logits = logits();
    Tensor best = chosen.rows(logits.rows());
    backend.ops().argmax(best, logits);
    return best;
  }

  /** [numLogits, 1] */
  private Tensor drawn() {
    Tensor logits = logits();
    Tensor tokens = chosen.rows(logits.rows());
    chosen.draw(tokens, logits, batch.draws);
    return tokens;
  }

  private float[] values(int count) {
    if (values.length < count) {
      values = new float[count];
    }
    return values;
  }

  private ModelRunnerOutput sample(SchedulerOutput step, int numLogits, Tensor output) {
    float[] logits = values(Math.multiplyExact(numLogits, vocabSize));
    backend.read(output.rows(0, numLogits), logits);
    StepResult result = new StepResult(sampler, step.scheduled().size());
    int row = 0;
    for (int s = 0; s < step.scheduled().size(); s++) {
      ScheduledSequence sequence = step.scheduled().get(s);
      if (sequence.needsLogits()) {
        result.sample(s, sampler(sequence), logits, row * vocabSize);
        row++;
      }
    }
    return result.output();
  }

  private ModelRunnerOutput score(SchedulerOutput step, int numLogits, Tensor hidden) {
    StepResult result = new StepResult(sampler, step.scheduled().size());
    int[] rowsEnd = new int[step.scheduled().size()];
    int[] sequenceOfRow = new int[numLogits];
    for (int s = 0, row = 0; s < rowsEnd.length; s++) {
      ScheduledSequence sequence = step.scheduled().get(s);
      int end = row + promptRows(sequence) + (sequence.needsLogits() ? 1 : 0);
      Arrays.fill(sequenceOfRow, row, end, s);
      row = end;
      rowsEnd[s] = end;
    }
    rows.read(
        hidden,
        numLogits,
        (row, logits, offset) -> {
          int s = sequenceOfRow[row];
          ScheduledSequence sequence = step.scheduled().get(s);
          SamplerState state = sampler(sequence);
          if (sequence.needsLogits() && row == rowsEnd[s] - 1) {
            result.sample(s, state, logits, offset);
          } else {
            result.score(s, state, sequence, logits, offset);
          }
        });
    return result.output();
  }

  private SamplerState sampler(ScheduledSequence sequence) {
    SamplerState state = samplers[sequence.id()];
    if (state == null) {
      throw new IllegalStateException("sequence %d was never new".formatted(sequence.id()));
    }
    return state;
  }

  @Override
  public void restart() {
    Arrays.fill(samplers, null);
    backend.workspace().release(0);
  }

  @Override
  public void close() {
    backend.close();
    checkpoint.close();
    if (tier != null) {
      tier.close();
    }
  }
}
