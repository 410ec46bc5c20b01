package dev.javelin.benchmark;

import dev.javelin.backend.Linear;
import dev.javelin.backend.RandomWeights;
import dev.javelin.backend.cpu.CpuBackend;
import dev.javelin.quant.WeightFormat;
import dev.javelin.tensor.DType;
import dev.javelin.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Rates of linears in GMAC/s (weights x rows): {@code LinearBenchmark THREADS [FORMAT...]}. Enough
 * different matrices are used that one row reads its weights from memory.
 */
public final class LinearBenchmark {
  private static final int[] ROWS = {1, 2, 4, 8, 16, 64, 256};
  private static final int SIZE = 1536;
  private static final int MATRICES = 24;

  private LinearBenchmark() {}

  public static void main(String[] args) {
    int threads = Integer.parseInt(args[0]);
    WeightFormat[] formats = {
      WeightFormat.Q4_1, WeightFormat.Q8_0, WeightFormat.Q4_K, WeightFormat.Q5_0,
      WeightFormat.Q6_K, WeightFormat.F16, WeightFormat.BF16, WeightFormat.F32
    };
    if (args.length > 1) {
      formats = new WeightFormat[args.length - 1];
      Arrays.setAll(formats, i -> WeightFormat.valueOf(args[i + 1]));
    }
    for (WeightFormat format : formats) {
      try (CpuBackend backend = CpuBackend.create(threads)) {
        run(backend, format);
      }
    }
  }

  private static void run(CpuBackend backend, WeightFormat format) {
    List<Linear> linears = new ArrayList<>();
    for (int i = 0; i < MATRICES; i++) {
      linears.add(backend.linear(List.of(RandomWeights.of(format, SIZE, SIZE, i)), null));
    }
    StringBuilder line = new StringBuilder(backend.describe() + " " + format + ":");
    for (int rows : ROWS) {
      Tensor x = backend.allocate(DType.F32, rows, SIZE);
      Tensor y = backend.allocate(DType.F32, rows, SIZE);
      double best = 0;
      // The first seconds run in the interpreter, which is far too slow to be measured.
      long end = System.nanoTime() + 4_000_000_000L;
      while (System.nanoTime() < end) {
        long start = System.nanoTime();
        for (Linear linear : linears) {
          linear.forward(y, x);
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        best = Math.max(best, (double) SIZE * SIZE * MATRICES * rows / seconds / 1e9);
      }
      line.append(String.format(Locale.ROOT, "  %d rows %.1f", rows, best));
    }
    System.out.println(line);
  }
}
