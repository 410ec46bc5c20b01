package dev.javelin.engine.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlockPoolTests {
  /** Against a model that is a list of holds and a map of hashes: 80,000 operations. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void everyBlockIsFreeOrHeldAsOftenAsCounted(long seed) {
    Random random = new Random(seed);
    BlockPool pool = new BlockPool(1 + random.nextInt(20));
    List<Integer> holds = new ArrayList<>();
    Map<Long, Integer> published = new HashMap<>();
    for (int i = 0; i < 10_000; i++) {
      long hash = random.nextInt(24);
      switch (random.nextInt(6)) {
        case 0, 1 -> {
          if (pool.numFree() > 0) {
            int block = pool.allocate();
            assertThat(holds).as("seed %d, operation %d", seed, i).doesNotContain(block);
            published.values().remove(block);
            holds.add(block);
          }
        }
        case 2, 3 -> {
          if (!holds.isEmpty()) {
            pool.free(holds.remove(random.nextInt(holds.size())));
          }
        }
        case 4 -> {
          if (!holds.isEmpty()) {
            int block = holds.get(random.nextInt(holds.size()));
            pool.publish(block, ~hash, hash);
            if (!published.containsValue(block)) {
              published.putIfAbsent(hash, block);
            }
          }
        }
        default -> {
          int block = pool.find(~hash, hash);
          assertThat(block)
              .as("seed %d, operation %d", seed, i)
              .isEqualTo(published.getOrDefault(hash, -1));
          if (block >= 0 && random.nextInt(8) == 0) {
            pool.withdraw(block);
            published.remove(hash);
          } else if (block >= 0) {
            pool.share(block);
            holds.add(block);
          }
        }
      }
      int[] held = new int[pool.numBlocks()];
      holds.forEach(block -> held[block]++);
      pool.checkIntegrity(held);
      assertThat(pool.numPublished()).as("seed %d", seed).isEqualTo(published.size());
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

  @Test
  void emptyBlocksGoFirstThenTheCachedOneThatWasUsedLongestAgo() {
    BlockPool pool = new BlockPool(3);
    int first = pool.allocate();
    int second = pool.allocate();
    int empty = pool.allocate();
    pool.publish(first, 1, 1);
    pool.publish(second, 2, 2);
    pool.free(second);
    pool.free(first);
    pool.free(empty);
    assertThat(pool.allocate()).isEqualTo(empty);
    assertThat(pool.evictions()).isZero();
    pool.share(second);
    pool.free(second);
    assertThat(pool.allocate()).isEqualTo(first);
    assertThat(pool.evictions()).isEqualTo(1);
    assertThat(pool.find(1, 1)).isEqualTo(-1);
    assertThat(pool.find(2, 2)).isEqualTo(second);
  }

  @Test
  void aWrongCountIsFound() {
    BlockPool pool = new BlockPool(2);
    int block = pool.allocate();
    int[] held = new int[2];
    assertThatThrownBy(() -> pool.checkIntegrity(held)).hasMessageContaining("counts 1");
    held[block] = 1;
    pool.checkIntegrity(held);
    pool.reset();
    pool.checkIntegrity(new int[2]);
  }
}
