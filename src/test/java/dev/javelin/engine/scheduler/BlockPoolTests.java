package dev.javelin.engine.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlockPoolTests {
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void everyBlockIsEitherFreeOrHeldOnce(long seed) {
    Random random = new Random(seed);
    BlockPool pool = new BlockPool(1 + random.nextInt(20));
    List<Integer> held = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      if (random.nextBoolean() && pool.numFree() > 0) {
        held.add(pool.allocate());
      } else if (!held.isEmpty()) {
        pool.free(held.remove(random.nextInt(held.size())));
      }
      assertThat(new HashSet<>(held)).hasSameSizeAs(held);
      assertThat(pool.numFree() + held.size()).isEqualTo(pool.numBlocks());
      pool.checkIntegrity();
    }
  }

  @Test
  void freeingTwiceAndAllocatingTooManyAreRefused() {
    BlockPool pool = new BlockPool(1);
    int block = pool.allocate();
    assertThatThrownBy(pool::allocate).isInstanceOf(IllegalStateException.class);
    pool.free(block);
    assertThatThrownBy(() -> pool.free(block)).isInstanceOf(IllegalStateException.class);
  }
}
