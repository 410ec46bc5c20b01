package dev.javelin.backend.cuda.kernel;

import dev.javelin.backend.cuda.driver.Driver;
import jcuda.driver.CUfunction;
import jcuda.driver.CUfunction_attribute;
import jcuda.driver.JCudaDriver;

/** A loaded kernel. */
final class KernelFunction {
  /** JCuda's handle with its address, which java.lang.foreign needs. */
  static final class Handle extends CUfunction {
    long address() {
      return getNativePointer();
    }
  }

  private static final int DEFAULT_SHARED_BYTES = 48 << 10;
  private static final int MOST_SHARED_PERCENT = 100;

  private final KernelSignature signature;
  private final String family;
  private final Handle handle;
  private final int sharedBytes;
  private final boolean programmatic;

  KernelFunction(KernelSignature signature, Handle handle, int sharedBytes, boolean programmatic) {
    this.signature = signature;
    family = signature.symbol().substring(0, signature.symbol().indexOf('_'));
    this.handle = handle;
    this.sharedBytes = sharedBytes;
    this.programmatic = programmatic;
    if (sharedBytes > DEFAULT_SHARED_BYTES) {
      Driver.check(
          JCudaDriver.cuFuncSetAttribute(
              handle,
              CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES,
              sharedBytes),
          "cuFuncSetAttribute of " + signature.symbol());
    }
    if (programmatic) {
      // Kernels that divide the memory of a multiprocessor differently cannot share it.
      Driver.check(
          JCudaDriver.cuFuncSetAttribute(
              handle,
              CUfunction_attribute.CU_FUNC_ATTRIBUTE_PREFERRED_SHARED_MEMORY_CARVEOUT,
              MOST_SHARED_PERCENT),
          "cuFuncSetAttribute of " + signature.symbol());
    }
  }

  KernelSignature signature() {
    return signature;
  }

  /** What its symbol begins with. */
  String family() {
    return family;
  }

  long address() {
    return handle.address();
  }

  /** Dynamic shared memory of a block. */
  int sharedBytes() {
    return sharedBytes;
  }

  /** Whether it may start before its predecessor in the stream has ended. */
  boolean programmatic() {
    return programmatic;
  }
}
