package dev.javelin.benchmark;

import dev.javelin.engine.request.Dry;
import dev.javelin.engine.request.Mirostat;
import dev.javelin.engine.request.SamplingParams;
import dev.javelin.engine.request.SamplingParamsBuilder;
import dev.javelin.engine.request.Truncation;
import dev.javelin.engine.sampling.Sampler;
import dev.javelin.engine.sampling.SamplerState;
import java.lang.management.ManagementFactory;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * Cost of sampling one row, and of 16 as a batched step has them, in microseconds, and bytes
 * allocated a row. Rows look like a language model's: most logits lie 15 to 25 below the best.
 */
public final class SamplerBenchmark {
  private static final int[] VOCABULARIES = {49_152, 128_256};
  private static final int ROWS = 16;
  private static final int PROMPT = 512;

  private SamplerBenchmark() {}

  public static void main(String[] args) {
    Map<String, SamplingParamsBuilder> cases = new LinkedHashMap<>();
    cases.put("greedy", params().temperature(0f));
    cases.put("greedy, repetition 1.1", params().temperature(0f).repetitionPenalty(1.1f));
    cases.put("temperature 1", params());
    cases.put("top_k 40", params().topK(40));
    cases.put("top_p 0.95", params().topP(0.95f));
    cases.put("top_k 40, top_p 0.95, min_p 0.05", params().topK(40).topP(0.95f).minP(0.05f));
    cases.put("min_p 0.05", params().minP(0.05f));
    cases.put("typical_p 0.9", params().typicalP(0.9f));
    cases.put("top_n_sigma 1", params().topNSigma(1f));
    cases.put("xtc 0.5", params().xtc(new Truncation.Xtc(0.5f, 0.1f)));
    cases.put("mirostat 2", params().mirostat(new Mirostat(5f, 0.1f)));
    cases.put(
        "dry 0.8, top_k 40",
        params().topK(40).dry(new Dry(0.8f, 1.75f, 2, -1, new BitSet(), List.of())));
    cases.put("top_k 40, logprobs 5", params().topK(40).logprobs(5));
    for (int vocabSize : VOCABULARIES) {
      System.out.printf(
          "vocabulary %d%n| case | µs a row | ms for 16 rows | B a row |%n", vocabSize);
      for (Map.Entry<String, SamplingParamsBuilder> entry : cases.entrySet()) {
        run(entry.getKey(), entry.getValue().build(), vocabSize);
      }
    }
  }

  private static SamplingParamsBuilder params() {
    return SamplingParams.builder().seed(1).maxTokens(1 << 20);
  }

  private static void run(String name, SamplingParams params, int vocabSize) {
    Random random = new Random(7);
    float[] rows = new float[ROWS * vocabSize];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = (float) (random.nextGaussian() * 3);
    }
    for (int row = 0; row < ROWS; row++) {
      for (int i = 0; i < 200; i++) {
        rows[row * vocabSize + random.nextInt(vocabSize)] = 6 + random.nextInt(120) / 10f;
      }
    }
    float[] copy = new float[rows.length];
    Sampler sampler = new Sampler(vocabSize);
    int[] prompt = random.ints(PROMPT, 0, vocabSize).toArray();
    double best = Double.MAX_VALUE;
    long allocated = Long.MAX_VALUE;
    long end = System.nanoTime() + 1_200_000_000L;
    while (System.nanoTime() < end) {
      SamplerState[] states = new SamplerState[ROWS];
      for (int row = 0; row < ROWS; row++) {
        states[row] = new SamplerState(params, prompt, new int[0], vocabSize);
      }
      System.arraycopy(rows, 0, copy, 0, rows.length);
      long bytes = allocatedBytes();
      long start = System.nanoTime();
      for (int row = 0; row < ROWS; row++) {
        int token = sampler.sample(copy, row * vocabSize, states[row]);
        if (params.logprobs() >= 0) {
          sampler.logprobs(token, states[row]);
        }
      }
      best = Math.min(best, (System.nanoTime() - start) / 1e3);
      allocated = Math.min(allocated, allocatedBytes() - bytes);
    }
    System.out.printf(
        Locale.ROOT,
        "| %s | %.0f | %.2f | %d |%n",
        name,
        best / ROWS,
        best / 1e3,
        allocated / ROWS);
  }

  private static long allocatedBytes() {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    return threads.getCurrentThreadAllocatedBytes();
  }
}
