package dev.javelin.backend;

import dev.javelin.backend.Conformance.Pair;
import dev.javelin.quant.PackedWeight;
import dev.javelin.quant.WeightFormat;
import java.util.List;

/** Linears of every weight format, with bias and residual, and their embedding gather. */
public final class LinearConformance {
  static final String SHAPES =
      "1, 3, 8, 9, 17 rows; 1, 16, 207 outputs; one block to 2,048 inputs, floats also 1, 13, 207";
  private static final int[] ROWS = {1, 3, 8, 9, 17};
  private static final int[] OUT = {1, 16, 207};

  private LinearConformance() {}

  /** Fails with an AssertionError that names the size. */
  public static void check(Conformance backends, WeightFormat format) {
    for (int in : inputs(format)) {
      for (int out : OUT) {
        PackedWeight weight = RandomWeights.of(format, out, in, 31L * in + out);
        // Beside the product there are a bias and a residual, both about one.
        check(backends.ofSize(1 + rowLength(weight)), weight);
      }
    }
    gather(backends, RandomWeights.of(format, 50, 4 * Math.max(64, format.blockElements()), 5));
  }

  /** Root mean square of the rows' lengths: the size of a product with gaussian inputs. */
  private static double rowLength(PackedWeight weight) {
    float[] row = new float[weight.columns()];
    double squares = 0;
    for (int i = 0; i < weight.rows(); i++) {
      weight.decodeRow(i, row, 0);
      for (float value : row) {
        squares += (double) value * value;
      }
    }
    return Math.sqrt(squares / weight.rows());
  }

  private static int[] inputs(WeightFormat format) {
    return switch (format.blockElements()) {
      case 1 -> new int[] {1, 13, 32, 207, 576};
      case 256 -> new int[] {256, 2048};
      default -> new int[] {format.blockElements(), 3 * format.blockElements(), 1536};
    };
  }

  private static void check(Conformance backends, PackedWeight weight) {
    float[] bias = backends.gaussian(weight.rows());
    Linear mine =
        backends.candidate.linear(List.of(weight), backends.candidate.floats(bias, weight.rows()));
    Linear theirs =
        backends.reference.linear(List.of(weight), backends.reference.floats(bias, weight.rows()));
    for (int rows : ROWS) {
      Pair x = backends.activations(rows, weight.columns());
      Pair out = backends.poisoned(rows, weight.rows());
      Pair sum = backends.activations(rows, weight.rows());
      backends.check(
          "%s %d x %d, %d rows".formatted(weight.format(), weight.rows(), weight.columns(), rows),
          (backend, of) -> {
            Linear linear = backend == backends.candidate ? mine : theirs;
            linear.forward(of.apply(out), of.apply(x));
            linear.forwardAdd(of.apply(sum), of.apply(x));
          },
          out,
          sum);
    }
  }

  private static void gather(Conformance backends, PackedWeight weight) {
    Pair out = backends.poisoned(4, weight.columns());
    backends.check(
        weight.format() + " embedding",
        (backend, of) ->
            backend.embedding(weight).gather(of.apply(out), new int[] {49, 0, 7, 49}, 4),
        out);
  }
}
