package dev.javelin.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * How fast threads read memory together: the bound of decoding, which reads every weight once a
 * token. Each sums an array of its own in the one form of loop that the compiler surely vectorises.
 */
final class ReadBandwidth {
  private static final int WARM_UPS = 3;
  private static final int REPEATS = 9;

  private ReadBandwidth() {}

  /**
   * @param bytes of the region; several times the last-level cache, or the cache is measured
   * @return bytes a second, of each repeat
   */
  static Spread measure(int threads, long bytes) {
    int length = Math.toIntExact(bytes / threads / Long.BYTES);
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      List<Callable<Long>> work = new ArrayList<>();
      for (int thread = 0; thread < threads; thread++) {
        long[] part = new long[length];
        // Untouched pages all map to one page of zeros, which stays in the cache.
        Arrays.fill(part, 1);
        work.add(() -> sum(part));
      }
      double[] rates = new double[REPEATS];
      for (int repeat = -WARM_UPS; repeat < REPEATS; repeat++) {
        long start = System.nanoTime();
        long total = 0;
        for (Future<Long> future : pool.invokeAll(work)) {
          total += future.get();
        }
        long nanos = System.nanoTime() - start;
        if (total != (long) length * threads) {
          throw new IllegalStateException("A memory test read other values than it wrote.");
        }
        if (repeat >= 0) {
          rates[repeat] = (double) length * Long.BYTES * threads * 1e9 / nanos;
        }
      }
      return Spread.of(rates);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while measuring memory.", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("The memory test failed.", e);
    }
  }

  private static long sum(long[] part) {
    long sum = 0;
    for (int i = 0; i < part.length; i++) {
      sum += part[i];
    }
    return sum;
  }
}
