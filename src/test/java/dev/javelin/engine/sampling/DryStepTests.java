package dev.javelin.engine.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.javelin.engine.request.Dry;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DryStepTests {
  private static final int VOCAB = 6;

  private static float[] penalties(Dry dry, int... tokens) {
    float[] logits = new float[VOCAB];
    new DryStep(dry, new History(tokens)).apply(logits, 0);
    for (int i = 0; i < VOCAB; i++) {
      logits[i] = logits[i] == 0 ? 0 : -logits[i];
    }
    return logits;
  }

  private static Dry dry(int allowedLength, int lastN, int... breakers) {
    BitSet set = new BitSet();
    Arrays.stream(breakers).forEach(set::set);
    return new Dry(0.8f, 1.75f, allowedLength, lastN, set, List.of(new int[] {5, 5}));
  }

  @Test
  void aTokenThatGoesOnWithARepetitionIsPenalizedByItsLength() {
    // "1 2 3" came before and was followed by 4.
    assertThat(penalties(dry(2, -1), 1, 2, 3, 4, 0, 1, 2, 3))
        .containsExactly(new float[] {0, 0, 0, 0, 0.8f * 1.75f, 0}, within(1e-6f));
    assertThat(penalties(dry(4, -1), 1, 2, 3, 4, 0, 1, 2, 3)).containsOnly(0);
    assertThat(penalties(dry(2, 6), 1, 2, 3, 4, 0, 1, 2, 3)).containsOnly(0);
  }

  @Test
  void noRepetitionGoesOverABreaker() {
    assertThat(penalties(dry(2, -1, 1), 1, 2, 3, 4, 0, 1, 2, 3))
        .containsExactly(new float[] {0, 0, 0, 0, 0.8f, 0}, within(1e-6f));
    assertThat(penalties(dry(2, -1, 3), 1, 2, 3, 4, 0, 1, 2, 3)).containsOnly(0);
    assertThat(penalties(dry(2, -1, 4), 1, 2, 3, 4, 0, 1, 2, 3)).containsOnly(0);
    assertThat(penalties(dry(1, -1), 5, 5, 2, 4, 5, 5, 2))
        .containsExactly(new float[] {0, 0, 0, 0, 0.8f, 0}, within(1e-6f));
  }

  @Test
  void lengthsAreThoseOfTheDefinition() {
    Random random = new Random(3);
    for (int round = 0; round < 2000; round++) {
      int[] tokens = random.ints(random.nextInt(40), 0, 3).toArray();
      float[] expected = new float[VOCAB];
      for (int end = 1; end < tokens.length; end++) {
        int length = 0;
        while (length < end && tokens[end - 1 - length] == tokens[tokens.length - 1 - length]) {
          length++;
        }
        if (length >= 2) {
          float penalty = (float) (0.8f * Math.pow(1.75f, length - 2));
          expected[tokens[end]] = Math.max(expected[tokens[end]], penalty);
        }
      }
      assertThat(penalties(dry(2, -1), tokens))
          .as(Arrays.toString(tokens))
          .containsExactly(expected, within(1e-3f));
    }
  }
}
