package dev.javelin.backend;

import dev.javelin.backend.Conformance.Pair;
import dev.javelin.quant.PackedWeight;
import dev.javelin.quant.WeightFormat;
import dev.javelin.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;

/** Every operation of {@link Ops} over sizes that leave tails, on a backend and the reference. */
public final class OpsConformance {
  /**
   * One operation.
   *
   * @param name of the method in {@link Ops}
   * @param shapes what is tried, for docs/ops.md
   */
  public record Case(String name, String shapes, Check check) {
    @Override
    public String toString() {
      return name;
    }
  }

  /** Fails with an AssertionError that names the shape. */
  public interface Check {
    void run(Conformance backends);
  }

  private static final int[] ROWS = {1, 3, 8, 13, 40};
  private static final int[] COLUMNS = {1, 4, 13, 16, 207, 576, 4098};
  private static final String ROWS_BY_COLUMNS =
      "1, 3, 8, 13, 40 rows of 1, 4, 13, 16, 207, 576, 4098 columns";
  private static final float EPS = 1e-5f;

  private OpsConformance() {}

  /** All of them, in the order of {@link Ops}. */
  public static List<Case> cases() {
    return List.of(
        new Case("rmsNorm", ROWS_BY_COLUMNS + "; in place and not", OpsConformance::rmsNorm),
        new Case("add", ROWS_BY_COLUMNS, OpsConformance::add),
        new Case("scale", ROWS_BY_COLUMNS, inPlace((ops, x) -> ops.scale(x, 1.7f))),
        new Case("softcap", ROWS_BY_COLUMNS, inPlace((ops, x) -> ops.softcap(x, 2.5f))),
        new Case("gatherRows", ROWS_BY_COLUMNS, OpsConformance::gatherRows),
        new Case("headNorm", "heads 4/2 × 20, 9/3 × 64, 1/1 × 128", OpsConformance::headNorm),
        new Case("rope", AttentionConformance.ROPE_SHAPES, AttentionConformance::rope),
        new Case("writeKv", AttentionConformance.SHAPES, AttentionConformance::attention),
        new Case("attention", AttentionConformance.SHAPES, AttentionConformance::attention),
        new Case(
            "gatedActivation",
            ROWS_BY_COLUMNS + "; every activation",
            OpsConformance::gatedActivation),
        new Case(
            "argmax",
            ROWS_BY_COLUMNS + "; ties, a NaN, infinities, nothing but -infinity",
            OpsConformance::argmax),
        new Case("addRmsNorm", ROWS_BY_COLUMNS, OpsConformance::addRmsNorm),
        new Case("ropeAndWriteKv", AttentionConformance.SHAPES, AttentionConformance::fused),
        new Case("normLinear", "1, 3, 8, 13, 40 rows, Q8_0 96 → 207", OpsConformance::normLinear),
        new Case(
            "gatedMlpAdd",
            "1, 3, 8, 13, 40 rows, Q4_1 96 → 2 × 160 → 96; every activation",
            OpsConformance::gatedMlpAdd),
        new Case(
            "normGatedMlpAdd",
            "1, 3, 8, 13, 40 rows, BF16, Q8_0, Q4_K, Q6_K 256 → 2 × 768 → 256, in place",
            OpsConformance::normGatedMlpAdd));
  }

  private static void rmsNorm(Conformance backends) {
    forEachSize(
        (rows, columns) -> {
          Pair x = backends.activations(rows, columns);
          Pair weight = backends.normWeights(columns);
          for (Pair out : List.of(backends.poisoned(rows, columns), x)) {
            backends.check(
                "rmsNorm %d x %d".formatted(rows, columns),
                (backend, of) ->
                    backend.ops().rmsNorm(of.apply(out), of.apply(x), of.apply(weight), EPS),
                out);
          }
        });
  }

  private static void add(Conformance backends) {
    forEachSize(
        (rows, columns) -> {
          Pair out = backends.activations(rows, columns);
          Pair x = backends.activations(rows, columns);
          backends.check(
              "add %d x %d".formatted(rows, columns),
              (backend, of) -> backend.ops().add(of.apply(out), of.apply(x)),
              out);
        });
  }

  private static Check inPlace(BiConsumer<Ops, Tensor> op) {
    return backends ->
        forEachSize(
            (rows, columns) -> {
              Pair x = backends.activations(rows, columns);
              backends.check(
                  "%d x %d".formatted(rows, columns),
                  (backend, of) -> op.accept(backend.ops(), of.apply(x)),
                  x);
            });
  }

  private static void gatherRows(Conformance backends) {
    forEachSize(
        (rows, columns) -> {
          Pair x = backends.activations(rows, columns);
          int count = (rows + 1) / 2;
          int[] chosen = new int[count + 1];
          for (int i = 0; i < count; i++) {
            chosen[i] = backends.nextInt(rows);
          }
          Pair out = backends.poisoned(count, columns);
          backends.check(
              "gatherRows %d of %d x %d".formatted(count, rows, columns),
              (backend, of) -> backend.ops().gatherRows(of.apply(out), of.apply(x), chosen, count),
              out);
        });
  }

  private static void headNorm(Conformance backends) {
    for (AttentionShape shape :
        List.of(
            new AttentionShape(4, 2, 20),
            new AttentionShape(9, 3, 64),
            new AttentionShape(1, 1, 128))) {
      for (int rows : ROWS) {
        Pair qkv = backends.activations(rows, shape.qkvSize());
        Pair query = backends.normWeights(shape.headDim());
        Pair key = backends.normWeights(shape.headDim());
        backends.check(
            "headNorm %s, %d rows".formatted(shape, rows),
            (backend, of) ->
                backend.ops().headNorm(of.apply(qkv), shape, of.apply(query), of.apply(key), EPS),
            qkv);
      }
    }
  }

  private static void gatedActivation(Conformance backends) {
    for (Activation activation : Activation.values()) {
      forEachSize(
          (rows, columns) -> {
            Pair both = backends.activations(rows, 2 * columns);
            Pair out = backends.poisoned(rows, columns);
            backends.check(
                "%s %d x %d".formatted(activation, rows, columns),
                (backend, of) ->
                    backend.ops().gatedActivation(of.apply(out), of.apply(both), activation),
                out);
          });
    }
  }

  private static void argmax(Conformance backends) {
    float[] special = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 9};
    forEachSize(
        (rows, columns) -> {
          float[] values = backends.gaussian(rows * columns);
          for (int row = 0; row < rows; row++) {
            int from = row * columns;
            values[from + backends.nextInt(columns)] = 9;
            values[from + backends.nextInt(columns)] = row < 4 ? special[row] : 9;
            if (row == 4) {
              Arrays.fill(values, from, from + columns, Float.NEGATIVE_INFINITY);
            }
          }
          Pair x = backends.floats(values, rows, columns);
          Pair out = backends.floats(new float[rows], rows, 1);
          backends.check(
              "argmax %d x %d".formatted(rows, columns),
              (backend, of) -> backend.ops().argmax(of.apply(out), of.apply(x)),
              out);
        });
  }

  private static void addRmsNorm(Conformance backends) {
    forEachSize(
        (rows, columns) -> {
          Pair residual = backends.activations(rows, columns);
          Pair x = backends.activations(rows, columns);
          Pair out = backends.poisoned(rows, columns);
          Pair weight = backends.normWeights(columns);
          backends.check(
              "addRmsNorm %d x %d".formatted(rows, columns),
              (backend, of) ->
                  backend
                      .ops()
                      .addRmsNorm(
                          of.apply(out), of.apply(residual), of.apply(x), of.apply(weight), EPS),
              residual,
              out);
        });
  }

  private static void normLinear(Conformance backends) {
    List<PackedWeight> packed = List.of(RandomWeights.of(WeightFormat.Q8_0, 207, 96, 1));
    for (int rows : ROWS) {
      Pair x = backends.activations(rows, 96);
      Pair out = backends.poisoned(rows, 207);
      Pair weight = backends.normWeights(96);
      backends.check(
          "normLinear, %d rows".formatted(rows),
          (backend, of) ->
              backend
                  .ops()
                  .normLinear(
                      of.apply(out),
                      of.apply(x),
                      of.apply(weight),
                      EPS,
                      backend.linear(packed, null),
                      backend.workspace()),
          out);
    }
  }

  private static void gatedMlpAdd(Conformance backends) {
    List<PackedWeight> wide = List.of(RandomWeights.of(WeightFormat.Q4_1, 320, 96, 2));
    List<PackedWeight> narrow = List.of(RandomWeights.of(WeightFormat.Q4_1, 96, 160, 3));
    for (Activation activation : Activation.values()) {
      for (int rows : ROWS) {
        Pair x = backends.activations(rows, 96);
        Pair out = backends.activations(rows, 96);
        backends.check(
            "gatedMlpAdd %s, %d rows".formatted(activation, rows),
            (backend, of) ->
                backend
                    .ops()
                    .gatedMlpAdd(
                        of.apply(out),
                        of.apply(x),
                        backend.linear(wide, null),
                        backend.linear(narrow, null),
                        activation,
                        backend.workspace()),
            out);
      }
    }
  }

  private static void normGatedMlpAdd(Conformance backends) {
    for (WeightFormat format :
        List.of(WeightFormat.BF16, WeightFormat.Q8_0, WeightFormat.Q4_K, WeightFormat.Q6_K)) {
      List<PackedWeight> wide =
          List.of(RandomWeights.of(format, 768, 256, 4), RandomWeights.of(format, 768, 256, 5));
      List<PackedWeight> narrow = List.of(RandomWeights.of(format, 256, 768, 6));
      for (int rows : ROWS) {
        Pair x = backends.activations(rows, 256);
        Pair weight = backends.normWeights(256);
        backends.check(
            "normGatedMlpAdd %s, %d rows".formatted(format, rows),
            (backend, of) ->
                backend
                    .ops()
                    .normGatedMlpAdd(
                        of.apply(x),
                        of.apply(x),
                        of.apply(weight),
                        EPS,
                        backend.linear(wide, null),
                        backend.linear(narrow, null),
                        Activation.SILU,
                        backend.workspace()),
            x);
      }
    }
  }

  private interface Size {
    void run(int rows, int columns);
  }

  private static void forEachSize(Size check) {
    for (int rows : ROWS) {
      for (int columns : COLUMNS) {
        check.run(rows, columns);
      }
    }
  }
}
