package dev.javelin.engine.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.javelin.engine.request.Dry;
import dev.javelin.engine.request.Mirostat;
import dev.javelin.engine.request.SamplingParams;
import dev.javelin.engine.request.SamplingParamsBuilder;
import dev.javelin.engine.request.TokenRule;
import dev.javelin.engine.request.Truncation.Xtc;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A sampled token allocates nothing, whatever steps its request asks for. */
class SamplerAllocationTests {
  private static final int VOCAB = 1000;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  static Stream<Arguments> everyStep() {
    Dry dry = new Dry(0.8f, 1.75f, 2, -1, new BitSet(), List.of(new int[] {3, 4}));
    return Stream.of(
        Arguments.of("greedy", hot().temperature(0)),
        Arguments.of("temperature", hot()),
        Arguments.of("top_k and top_p", hot().topK(40).topP(0.9f)),
        Arguments.of("min_p and typical_p", hot().minP(0.02f).typicalP(0.9f)),
        Arguments.of("sigma, epsilon", hot().topNSigma(2f).epsilonCutoff(1e-4f)),
        Arguments.of("xtc", hot().xtc(new Xtc(0.5f, 0.1f))),
        Arguments.of("mirostat", hot().mirostat(new Mirostat(5f, 0.1f))),
        Arguments.of(
            "penalties", hot().repetitionPenalty(1.1f).frequencyPenalty(0.5f).presencePenalty(1f)),
        Arguments.of("dry", hot().dry(dry)),
        Arguments.of(
            "masks",
            hot()
                .rule(_ -> new OddTokens())
                .allowedTokenIds(Set.of(1, 3, 5, 7, 8, 9))
                .badWords(List.of(List.of(3, 5), List.of(7)))
                .logitBias(Map.of(9, -3f))
                .minTokens(100)));
  }

  private static SamplingParamsBuilder hot() {
    return SamplingParams.builder().temperature(1.3f).seed(11).maxTokens(1000);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("everyStep")
  void aTokenAllocatesNothing(String name, SamplingParamsBuilder params) {
    float[][] logits = new float[16][];
    Random random = new Random(3);
    Arrays.setAll(
        logits,
        _ -> {
          float[] row = new float[VOCAB];
          IntStream.range(0, VOCAB).forEach(id -> row[id] = 3f * (float) random.nextGaussian());
          return row;
        });
    Sampler sampler = new Sampler(VOCAB);
    float[] row = new float[VOCAB];
    // The second time around everything is loaded, and what grows with the answer has grown.
    sample(sampler, params.build(), logits, row);
    assertThat(sample(sampler, params.build(), logits, row)).isZero();
  }

  /** Bytes that the last 40 of 120 tokens allocate: buffers double before and after them. */
  private static long sample(
      Sampler sampler, SamplingParams params, float[][] logits, float[] row) {
    SamplerState state = new SamplerState(params, new int[] {1, 2, 3, 4}, new int[] {0}, VOCAB);
    long before = 0;
    for (int n = 0; n < 120; n++) {
      if (n == 80) {
        before = THREADS.getCurrentThreadAllocatedBytes();
      }
      System.arraycopy(logits[n % logits.length], 0, row, 0, VOCAB);
      if (sampler.sample(row, 0, state) < 0) {
        throw new AssertionError("no token");
      }
    }
    return THREADS.getCurrentThreadAllocatedBytes() - before;
  }

  /** Allows the odd tokens and every eighth. */
  private static final class OddTokens implements TokenRule.Cursor {
    private final long[] allowed = new long[(VOCAB + 63) / 64];

    OddTokens() {
      Arrays.fill(allowed, 0xAAAAAAAAAAAAAAAAL | 0x0101010101010101L);
    }

    @Override
    public long[] allowed() {
      return allowed;
    }

    @Override
    public void accept(int token) {}
  }
}
