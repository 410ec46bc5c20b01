package dev.javelin.model;

import dev.javelin.backend.AttentionMetadata;
import dev.javelin.backend.Backend;
import dev.javelin.backend.ForwardBatch;
import dev.javelin.backend.KvCache;
import dev.javelin.backend.StepExecutor;
import dev.javelin.quant.KvDType;
import dev.javelin.tensor.Tensor;
import java.util.Arrays;
import java.util.function.Supplier;

/**
 * Runs one sequence through a model without an engine: a block table with its blocks in descending
 * order, so that nothing depends on their being consecutive, and prompts in chunks of any size.
 */
public final class ModelDriver {
  private final Model model;
  private final Backend backend;
  private final KvCache cache;
  private final ForwardBatch batch;
  private final StepExecutor executor;
  private final Supplier<Tensor> step;
  private final int numBlocks;
  private int computed;
  private int promptLength;

  /**
   * @param maxTokens longest sequence
   */
  public ModelDriver(Model model, Backend backend, int blockSize, KvDType dtype, int maxTokens) {
    this.model = model;
    this.backend = backend;
    this.numBlocks = (maxTokens + blockSize - 1) / blockSize;
    this.cache = backend.kvCache(model.kvCacheSpec(blockSize, dtype), numBlocks);
    this.batch = new ForwardBatch(maxTokens, 1, numBlocks);
    this.executor = backend.executor();
    this.step = () -> model.logits(model.forward(batch, cache));
  }

  /** Logits of every token of {@code prompt} in a new sequence, {@code chunk} tokens a step. */
  public float[][] prefill(int[] prompt, int chunk) {
    computed = 0;
    promptLength = prompt.length;
    float[][] logits = new float[prompt.length][];
    for (int from = 0; from < prompt.length; from += chunk) {
      int count = Math.min(chunk, prompt.length - from);
      float[][] part = step(prompt, from, count);
      System.arraycopy(part, 0, logits, from, count);
    }
    return logits;
  }

  /** Logits after one more token. */
  public float[] decode(int token) {
    return step(new int[] {token}, 0, 1)[0];
  }

  /**
   * Logits of every token of several prompts run in one step over a cache of their own, whose
   * blocks go round the sequences in turn.
   */
  public float[][][] prefillTogether(int[]... prompts) {
    int sequences = prompts.length;
    int blockSize = cache.spec().blockSize();
    int total = Arrays.stream(prompts).mapToInt(prompt -> prompt.length).sum();
    KvCache shared = backend.kvCache(cache.spec(), sequences * numBlocks);
    ForwardBatch together = new ForwardBatch(total, sequences, numBlocks);
    AttentionMetadata metadata = together.attention;
    metadata.numTokens = total;
    metadata.numSequences = sequences;
    together.numLogits = total;
    int row = 0;
    for (int s = 0; s < sequences; s++) {
      metadata.queryStart[s] = row;
      metadata.seqLens[s] = prompts[s].length;
      metadata.promptLens[s] = prompts[s].length;
      for (int i = 0; i < numBlocks; i++) {
        metadata.blockTables[s * numBlocks + i] = i * sequences + s;
      }
      for (int i = 0; i < prompts[s].length; i++, row++) {
        together.tokenIds[row] = prompts[s][i];
        together.logitRows[row] = row;
        metadata.positions[row] = i;
        metadata.slotMapping[row] =
            metadata.blockTables[s * numBlocks + i / blockSize] * blockSize + i % blockSize;
      }
    }
    metadata.queryStart[sequences] = total;
    float[][] rows =
        logits(together, backend.executor(), () -> model.logits(model.forward(together, shared)));
    float[][][] logits = new float[sequences][][];
    for (int s = 0; s < sequences; s++) {
      logits[s] = Arrays.copyOfRange(rows, metadata.queryStart[s], metadata.queryStart[s + 1]);
    }
    return logits;
  }

  /** Hidden state after the final norm of the last token of {@code prompt} in a new sequence. */
  public float[] lastHidden(int[] prompt) {
    computed = 0;
    promptLength = prompt.length;
    fill(prompt, 0, prompt.length);
    batch.logitRows[0] = prompt.length - 1;
    batch.numLogits = 1;
    float[] hidden = new float[model.config().hiddenSize()];
    backend.read(model.forward(batch, cache), hidden);
    return hidden;
  }

  private float[][] step(int[] tokens, int from, int count) {
    fill(tokens, from, count);
    for (int i = 0; i < count; i++) {
      batch.logitRows[i] = i;
    }
    batch.numLogits = count;
    return logits(batch, executor, step);
  }

  private float[][] logits(ForwardBatch batch, StepExecutor executor, Supplier<Tensor> step) {
    int count = batch.numLogits;
    Tensor logits = executor.run(batch, step).rows(0, count);
    int vocab = model.config().vocabSize();
    float[] flat = new float[count * vocab];
    backend.read(logits, flat);
    float[][] rows = new float[count][];
    for (int i = 0; i < count; i++) {
      rows[i] = Arrays.copyOfRange(flat, i * vocab, (i + 1) * vocab);
    }
    return rows;
  }

  private void fill(int[] tokens, int from, int count) {
    AttentionMetadata metadata = batch.attention;
    int blockSize = cache.spec().blockSize();
    metadata.numTokens = count;
    metadata.numSequences = 1;
    metadata.queryStart[0] = 0;
    metadata.queryStart[1] = count;
    metadata.promptLens[0] = promptLength;
    for (int i = 0; i < numBlocks; i++) {
      metadata.blockTables[i] = numBlocks - 1 - i;
    }
    for (int i = 0; i < count; i++) {
      int position = computed + i;
      batch.tokenIds[i] = tokens[from + i];
      metadata.positions[i] = position;
      metadata.slotMapping[i] =
          metadata.blockTables[position / blockSize] * blockSize + position % blockSize;
    }
    computed += count;
    metadata.seqLens[0] = computed;
  }
}
