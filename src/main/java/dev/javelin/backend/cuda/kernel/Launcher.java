package dev.javelin.backend.cuda.kernel;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.javelin.backend.cuda.driver.CudaStream;
import dev.javelin.backend.cuda.driver.Driver;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/**
 * Puts kernels into one stream. Parameters are given in order and checked against the signature;
 * the driver copies them during the call, so one frame serves all launches and none allocates.
 */
public final class Launcher implements AutoCloseable {
  /**
   * {@code -Djavelin.cuda.synchronous=true}: wait after each launch, to name the one that fails.
   */
  private static final boolean SYNCHRONOUS = Boolean.getBoolean("javelin.cuda.synchronous");

  private static final MethodHandle LAUNCH =
      Driver.function(
          "cuLaunchKernelEx",
          FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS));

  private static final int MAX_PARAMETERS = 32;
  private static final int MAX_PARAMETER_BYTES = 1024;

  // CUlaunchConfig: grid x y z, block x y z, shared bytes (u32 each), pad, stream, attributes,
  // count.
  private static final int CONFIG_BYTES = 56;
  private static final int STREAM = 32;
  private static final int ATTRIBUTES = 40;
  private static final int NUM_ATTRIBUTES = 48;
  // CUlaunchAttribute: id, pad, 64-byte value.
  private static final int ATTRIBUTE_BYTES = 72;
  private static final int ATTRIBUTE_VALUE = 8;
  private static final int PROGRAMMATIC_STREAM_SERIALIZATION = 6;

  private final CudaStream stream;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment config = arena.allocate(CONFIG_BYTES, 8);
  private final MemorySegment values = arena.allocate(MAX_PARAMETER_BYTES, 64);
  private final MemorySegment pointers = arena.allocate(8L * MAX_PARAMETERS, 8);
  private @Nullable KernelFunction function;
  private int given;
  private int used;
  private boolean empty;

  public Launcher(CudaStream stream) {
    this.stream = stream;
    MemorySegment attribute = arena.allocate(ATTRIBUTE_BYTES, 8);
    attribute.set(JAVA_INT, 0, PROGRAMMATIC_STREAM_SERIALIZATION);
    attribute.set(JAVA_INT, ATTRIBUTE_VALUE, 1);
    config.set(JAVA_LONG, STREAM, stream.address());
    config.set(ADDRESS, ATTRIBUTES, attribute);
  }

  /** Starts a launch of one-dimensional blocks; a grid with an empty side launches nothing. */
  Launcher begin(KernelFunction kernel, int gridX, int gridY, int threads) {
    function = kernel;
    given = 0;
    used = 0;
    empty = gridX == 0 || gridY == 0;
    config.set(JAVA_INT, 0, gridX);
    config.set(JAVA_INT, 4, gridY);
    config.set(JAVA_INT, 8, 1);
    config.set(JAVA_INT, 12, threads);
    config.set(JAVA_INT, 16, 1);
    config.set(JAVA_INT, 20, 1);
    config.set(JAVA_INT, 24, kernel.sharedBytes());
    config.set(JAVA_INT, NUM_ATTRIBUTES, kernel.programmatic() ? 1 : 0);
    return this;
  }

  Launcher begin(KernelFunction kernel, int gridX, int threads) {
    return begin(kernel, gridX, 1, threads);
  }

  /** Less dynamic shared memory than the kernel's most. */
  Launcher shared(int bytes) {
    config.set(JAVA_INT, 24, bytes);
    return this;
  }

  /** Third side of the grid. */
  Launcher layers(int gridZ) {
    empty |= gridZ == 0;
    config.set(JAVA_INT, 8, gridZ);
    return this;
  }

  Launcher pointer(long address) {
    values.set(JAVA_LONG, next(ParameterKind.POINTER), address);
    return this;
  }

  Launcher integer(int value) {
    values.set(JAVA_INT, next(ParameterKind.INT), value);
    return this;
  }

  Launcher whole(long value) {
    values.set(JAVA_LONG, next(ParameterKind.LONG), value);
    return this;
  }

  Launcher real(float value) {
    values.set(JAVA_FLOAT, next(ParameterKind.FLOAT), value);
    return this;
  }

  /**
   * @param map [128 bytes] an encoded CUtensorMap
   */
  Launcher tensorMap(MemorySegment map) {
    MemorySegment.copy(map, 0, values, next(ParameterKind.TENSOR_MAP), 128);
    return this;
  }

  /** Offset of the next parameter's value. */
  private int next(ParameterKind kind) {
    KernelSignature signature = current().signature();
    if (given >= signature.parameters().size() || signature.parameters().get(given) != kind) {
      throw new IllegalStateException(
          "parameter %d of %s is not a %s".formatted(given, signature, kind));
    }
    int offset = (used + kind.alignment() - 1) / kind.alignment() * kind.alignment();
    pointers.setAtIndex(JAVA_LONG, given++, values.address() + offset);
    used = offset + kind.bytes();
    return offset;
  }

  void launch() {
    KernelFunction kernel = current();
    if (given != kernel.signature().parameters().size()) {
      throw new IllegalStateException("%d parameters of %s".formatted(given, kernel.signature()));
    }
    function = null;
    if (empty) {
      return;
    }
    int result;
    stream.beginCall(kernel.family());
    try {
      result = (int) LAUNCH.invokeExact(config, kernel.address(), pointers, MemorySegment.NULL);
    } catch (Throwable e) {
      throw Driver.unexpected("cuLaunchKernelEx", e);
    }
    stream.endCall();
    Driver.check(result, kernel.signature().symbol());
    if (SYNCHRONOUS) {
      stream.synchronize();
    }
  }

  private KernelFunction current() {
    if (function == null) {
      throw new IllegalStateException("no launch was begun");
    }
    return function;
  }

  @Override
  public void close() {
    arena.close();
  }
}
