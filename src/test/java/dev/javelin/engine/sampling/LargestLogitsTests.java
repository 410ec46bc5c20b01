package dev.javelin.engine.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LargestLogitsTests {
  @Test
  void itFindsWhatASortFinds() {
    Random random = new Random(9);
    LargestLogits largest = new LargestLogits();
    for (int round = 0; round < 500; round++) {
      int n = 1 + random.nextInt(200);
      float[] logits = new float[n + 7];
      for (int i = 0; i < logits.length; i++) {
        // Few values, so that many tie, and some masked.
        int value = random.nextInt(30);
        logits[i] = value == 0 ? Float.NEGATIVE_INFINITY : value;
      }
      int k = 1 + random.nextInt(250);
      largest.find(logits, 7, n, k);
      largest.sort();
      List<Integer> expected =
          IntStream.range(0, n)
              .boxed()
              .filter(id -> logits[7 + id] > Float.NEGATIVE_INFINITY)
              .sorted(Comparator.comparing((Integer id) -> -logits[7 + id]).thenComparing(id -> id))
              .limit(k)
              .toList();
      assertThat(IntStream.range(0, largest.size()).mapToObj(largest::id)).isEqualTo(expected);
      for (int i = 0; i < largest.size(); i++) {
        assertThat(largest.value(i)).isEqualTo(logits[7 + largest.id(i)]);
      }
    }
  }
}
