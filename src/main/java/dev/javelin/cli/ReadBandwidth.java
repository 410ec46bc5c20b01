package dev.javelin.cli;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * How fast threads read memory together: the bound of decoding, which reads every weight once a
 * token. Each sums its own part with plain loads in eight chains, which the compiler vectorises or
 * at least overlaps.
 */
final class ReadBandwidth {
  private static final int CHAINS = 8;
  private static final int REPEATS = 5;

  private ReadBandwidth() {}

  /**
   * @param bytes of the region; several times the last-level cache, or the cache is measured
   * @return bytes a second, of each repeat
   */
  static Spread measure(int threads, long bytes) {
    long part = bytes / threads / (CHAINS * Long.BYTES) * (CHAINS * Long.BYTES);
    try (Arena arena = Arena.ofShared();
        ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      List<Callable<Long>> work = new ArrayList<>();
      for (int thread = 0; thread < threads; thread++) {
        MemorySegment segment = arena.allocate(part, 64);
        // Untouched pages all map to one page of zeros, which stays in the cache.
        segment.fill((byte) 1);
        work.add(() -> sum(segment));
      }
      double[] rates = new double[REPEATS];
      for (int repeat = -2; repeat < REPEATS; repeat++) {
        long start = System.nanoTime();
        long total = 0;
        for (Future<Long> future : pool.invokeAll(work)) {
          total += future.get();
        }
        long nanos = System.nanoTime() - start;
        if (total != part / Long.BYTES * threads * 0x0101010101010101L) {
          throw new IllegalStateException("A memory test read other values than it wrote.");
        }
        if (repeat >= 0) {
          rates[repeat] = part * (double) threads * 1e9 / nanos;
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

  private static long sum(MemorySegment segment) {
    long a = 0;
    long b = 0;
    long c = 0;
    long d = 0;
    long e = 0;
    long f = 0;
    long g = 0;
    long h = 0;
    long size = segment.byteSize();
    for (long at = 0; at < size; at += CHAINS * Long.BYTES) {
      a += segment.get(ValueLayout.JAVA_LONG, at);
      b += segment.get(ValueLayout.JAVA_LONG, at + 8);
      c += segment.get(ValueLayout.JAVA_LONG, at + 16);
      d += segment.get(ValueLayout.JAVA_LONG, at + 24);
      e += segment.get(ValueLayout.JAVA_LONG, at + 32);
      f += segment.get(ValueLayout.JAVA_LONG, at + 40);
      g += segment.get(ValueLayout.JAVA_LONG, at + 48);
      h += segment.get(ValueLayout.JAVA_LONG, at + 56);
    }
    return a + b + c + d + e + f + g + h;
  }
}
