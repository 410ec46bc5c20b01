package dev.javelin.backend.cuda.driver;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Large bf16 matrix products by <a href="https://docs.nvidia.com/cuda/cublas/">cuBLASLt</a>, which
 * JCuda does not reach. It works on column-major matrices: a row-major {@code out = x wT} is its
 * {@code outT = op(w) xT}. One thread at a time, one stream.
 */
public final class CublasLt implements AutoCloseable {
  private static final long WORKSPACE_BYTES = 32L << 20;
  private static final int POINTER_ALIGNMENT = 16;
  private static final int MAX_PLANS = 4096;

  private static final int COMPUTE_32F = 68;
  private static final int R_32F = 0;
  private static final int R_16BF = 14;
  private static final int OP_T = 1;
  private static final int DESC_TRANSA = 3;
  private static final int PREF_MAX_WORKSPACE_BYTES = 1;
  private static final int PREF_MIN_ALIGNMENT_A_BYTES = 5;
  private static final int ALGO_BYTES = 64;
  // cublasLtMatmulHeuristicResult_t: algorithm, workspace size, state, waves, four reserved words.
  private static final int RESULT_BYTES = 96;
  private static final int RESULT_STATE = 72;

  private final Functions functions;
  private final CudaStream stream;
  private final long workspace;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment handle = arena.allocate(ADDRESS);
  private final MemorySegment one = arena.allocateFrom(JAVA_FLOAT, 1f);
  private final MemorySegment zero = arena.allocateFrom(JAVA_FLOAT, 0f);
  private final Map<Shape, Plan> plans = new HashMap<>();

  private record Shape(boolean floats, int rows, int outs, int in, int stride) {}

  /** Descriptors of a shape; {@code algorithm} is null where the library has none. */
  private record Plan(
      MemorySegment operation,
      MemorySegment w,
      MemorySegment x,
      MemorySegment out,
      @Nullable MemorySegment algorithm) {}

  private CublasLt(Functions functions, CudaStream stream, DeviceArena memory) {
    this.functions = functions;
    this.stream = stream;
    workspace = memory.allocate(WORKSPACE_BYTES, "cuBLASLt");
    functions.call("cublasLtCreate", functions.create, handle);
  }

  /**
   * @param folders searched before the system's library path
   * @return empty if the library is not there
   */
  public static Optional<CublasLt> find(List<Path> folders, CudaStream stream, DeviceArena memory) {
    return Functions.find(folders).map(functions -> new CublasLt(functions, stream, memory));
  }

  /** The library's version, as in "13.1.0". */
  public String version() {
    try {
      long version = (long) functions.version.invokeExact();
      return version / 10000 + "." + version / 100 % 100 + "." + version % 100;
    } catch (Throwable e) {
      throw Driver.unexpected("cublasLtGetVersion", e);
    }
  }

  /**
   * {@code out = x wT}, or added to it.
   *
   * @param out [rows, stride] float32 if {@code floats}, else bf16; {@code outs} columns are
   *     written
   * @param x [rows, in] bf16
   * @param w [outs, in] bf16
   * @return false, with nothing done, where the library has no algorithm for this
   */
  public boolean multiply(
      boolean floats,
      long out,
      long x,
      long w,
      int rows,
      int outs,
      int in,
      int stride,
      boolean add) {
    if (((out | x | w) & (POINTER_ALIGNMENT - 1)) != 0) {
      return false;
    }
    Plan plan = plan(new Shape(floats, rows, outs, in, stride));
    MemorySegment algorithm = plan.algorithm();
    if (algorithm == null) {
      return false;
    }
    // A conditional among the arguments of invokeExact would have the type Object.
    MemorySegment beta = add ? one : zero;
    int result;
    try {
      result =
          (int)
              functions.matmul.invokeExact(
                  handle.get(ADDRESS, 0),
                  plan.operation(),
                  one,
                  w,
                  plan.w(),
                  x,
                  plan.x(),
                  beta,
                  out,
                  plan.out(),
                  out,
                  plan.out(),
                  algorithm,
                  workspace,
                  WORKSPACE_BYTES,
                  stream.address());
    } catch (Throwable e) {
      throw Driver.unexpected("cublasLtMatmul", e);
    }
    Functions.check("cublasLtMatmul", result);
    return true;
  }

  private Plan plan(Shape shape) {
    Plan plan = plans.get(shape);
    if (plan == null) {
      if (plans.size() == MAX_PLANS) {
        plans.values().forEach(this::destroy);
        plans.clear();
      }
      plan = make(shape);
      plans.put(shape, plan);
    }
    return plan;
  }

  private Plan make(Shape shape) {
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment slot = scratch.allocate(ADDRESS);
      functions.call("cublasLtMatmulDescCreate", functions.descCreate, slot, COMPUTE_32F, R_32F);
      MemorySegment operation = slot.get(ADDRESS, 0);
      functions.call(
          "cublasLtMatmulDescSetAttribute",
          functions.descSet,
          operation,
          DESC_TRANSA,
          scratch.allocateFrom(JAVA_INT, OP_T),
          (long) Integer.BYTES);
      MemorySegment w = layout(slot, R_16BF, shape.in(), shape.outs(), shape.in());
      MemorySegment x = layout(slot, R_16BF, shape.in(), shape.rows(), shape.in());
      MemorySegment out =
          layout(slot, shape.floats() ? R_32F : R_16BF, shape.outs(), shape.rows(), shape.stride());
      functions.call("cublasLtMatmulPreferenceCreate", functions.prefCreate, slot);
      MemorySegment preference = slot.get(ADDRESS, 0);
      functions.call(
          "cublasLtMatmulPreferenceSetAttribute",
          functions.prefSet,
          preference,
          PREF_MAX_WORKSPACE_BYTES,
          scratch.allocateFrom(JAVA_LONG, WORKSPACE_BYTES),
          (long) Long.BYTES);
      for (int matrix = 0; matrix < 4; matrix++) {
        functions.call(
            "cublasLtMatmulPreferenceSetAttribute",
            functions.prefSet,
            preference,
            PREF_MIN_ALIGNMENT_A_BYTES + matrix,
            scratch.allocateFrom(JAVA_INT, POINTER_ALIGNMENT),
            (long) Integer.BYTES);
      }
      MemorySegment results = scratch.allocate(RESULT_BYTES, 8);
      MemorySegment found = scratch.allocate(JAVA_INT);
      // Not checked: it also fails to say that there is none.
      int status = functions.heuristic(handle, operation, w, x, out, preference, results, found);
      functions.call("cublasLtMatmulPreferenceDestroy", functions.prefDestroy, preference);
      MemorySegment algorithm = null;
      if (status == 0 && found.get(JAVA_INT, 0) > 0 && results.get(JAVA_INT, RESULT_STATE) == 0) {
        algorithm = arena.allocate(ALGO_BYTES, 8).copyFrom(results.asSlice(0, ALGO_BYTES));
      }
      return new Plan(operation, w, x, out, algorithm);
    }
  }

  private MemorySegment layout(MemorySegment slot, int type, long rows, long columns, long stride) {
    functions.call(
        "cublasLtMatrixLayoutCreate", functions.layoutCreate, slot, type, rows, columns, stride);
    return slot.get(ADDRESS, 0);
  }

  private void destroy(Plan plan) {
    functions.call("cublasLtMatrixLayoutDestroy", functions.layoutDestroy, plan.w());
    functions.call("cublasLtMatrixLayoutDestroy", functions.layoutDestroy, plan.x());
    functions.call("cublasLtMatrixLayoutDestroy", functions.layoutDestroy, plan.out());
    functions.call("cublasLtMatmulDescDestroy", functions.descDestroy, plan.operation());
  }

  @Override
  public void close() {
    plans.values().forEach(this::destroy);
    plans.clear();
    // It fails once a kernel's fault has cost the context, and then there is nothing to free.
    int _ = functions.invoke("cublasLtDestroy", functions.destroy, handle.get(ADDRESS, 0));
    arena.close();
  }

  /** The library's functions; loaded once a process, never unloaded. */
  private static final class Functions {
    private static final List<String> NAMES = List.of("libcublasLt.so.13", "libcublasLt.so.12");

    final MethodHandle version;
    final MethodHandle create;
    final MethodHandle destroy;
    final MethodHandle descCreate;
    final MethodHandle descSet;
    final MethodHandle descDestroy;
    final MethodHandle layoutCreate;
    final MethodHandle layoutDestroy;
    final MethodHandle prefCreate;
    final MethodHandle prefSet;
    final MethodHandle prefDestroy;
    final MethodHandle heuristic;
    final MethodHandle matmul;

    private Functions(SymbolLookup library) {
      version = bind(library, "cublasLtGetVersion", FunctionDescriptor.of(JAVA_LONG));
      create = bind(library, "cublasLtCreate", ADDRESS);
      destroy = bind(library, "cublasLtDestroy", ADDRESS);
      descCreate = bind(library, "cublasLtMatmulDescCreate", ADDRESS, JAVA_INT, JAVA_INT);
      descSet =
          bind(library, "cublasLtMatmulDescSetAttribute", ADDRESS, JAVA_INT, ADDRESS, JAVA_LONG);
      descDestroy = bind(library, "cublasLtMatmulDescDestroy", ADDRESS);
      layoutCreate =
          bind(
              library,
              "cublasLtMatrixLayoutCreate",
              ADDRESS,
              JAVA_INT,
              JAVA_LONG,
              JAVA_LONG,
              JAVA_LONG);
      layoutDestroy = bind(library, "cublasLtMatrixLayoutDestroy", ADDRESS);
      prefCreate = bind(library, "cublasLtMatmulPreferenceCreate", ADDRESS);
      prefSet =
          bind(
              library,
              "cublasLtMatmulPreferenceSetAttribute",
              ADDRESS,
              JAVA_INT,
              ADDRESS,
              JAVA_LONG);
      prefDestroy = bind(library, "cublasLtMatmulPreferenceDestroy", ADDRESS);
      heuristic =
          bind(
              library,
              "cublasLtMatmulAlgoGetHeuristic",
              ADDRESS,
              ADDRESS,
              ADDRESS,
              ADDRESS,
              ADDRESS,
              ADDRESS,
              ADDRESS,
              JAVA_INT,
              ADDRESS,
              ADDRESS);
      matmul =
          bind(
              library,
              "cublasLtMatmul",
              ADDRESS,
              ADDRESS,
              ADDRESS,
              JAVA_LONG,
              ADDRESS,
              JAVA_LONG,
              ADDRESS,
              ADDRESS,
              JAVA_LONG,
              ADDRESS,
              JAVA_LONG,
              ADDRESS,
              ADDRESS,
              JAVA_LONG,
              JAVA_LONG,
              JAVA_LONG);
    }

    static Optional<Functions> find(List<Path> folders) {
      for (String name : NAMES) {
        for (Path folder : folders) {
          Path file = folder.resolve(name);
          if (Files.exists(file)) {
            return Optional.of(new Functions(SymbolLookup.libraryLookup(file, Arena.global())));
          }
        }
      }
      for (String name : NAMES) {
        try {
          return Optional.of(new Functions(SymbolLookup.libraryLookup(name, Arena.global())));
        } catch (IllegalArgumentException e) {
          // not under this name
        }
      }
      return Optional.empty();
    }

    private static MethodHandle bind(
        SymbolLookup library, String symbol, MemoryLayout... parameters) {
      return bind(library, symbol, FunctionDescriptor.of(JAVA_INT, parameters));
    }

    private static MethodHandle bind(
        SymbolLookup library, String symbol, FunctionDescriptor descriptor) {
      return Linker.nativeLinker().downcallHandle(library.findOrThrow(symbol), descriptor);
    }

    /** For calls outside the step path: boxes its arguments. */
    void call(String name, MethodHandle function, Object... arguments) {
      check(name, invoke(name, function, arguments));
    }

    int invoke(String name, MethodHandle function, Object... arguments) {
      try {
        return (int) function.invokeWithArguments(arguments);
      } catch (Throwable e) {
        throw Driver.unexpected(name, e);
      }
    }

    int heuristic(
        MemorySegment handle,
        MemorySegment operation,
        MemorySegment w,
        MemorySegment x,
        MemorySegment out,
        MemorySegment preference,
        MemorySegment results,
        MemorySegment found) {
      try {
        return (int)
            heuristic.invokeExact(
                handle.get(ADDRESS, 0), operation, w, x, out, out, preference, 1, results, found);
      } catch (Throwable e) {
        throw Driver.unexpected("cublasLtMatmulAlgoGetHeuristic", e);
      }
    }

    static void check(String name, int status) {
      if (status != 0) {
        throw new CudaException(status, "%s failed with cuBLAS status %d".formatted(name, status));
      }
    }
  }
}
