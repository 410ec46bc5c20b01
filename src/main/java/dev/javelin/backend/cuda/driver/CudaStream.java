package dev.javelin.backend.cuda.driver;

import dev.javelin.backend.DeviceTimes;
import jcuda.driver.CUgraph;
import jcuda.driver.CUstream;
import jcuda.driver.CUstreamCaptureMode;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;
import org.jspecify.annotations.Nullable;

/** A queue of work on a device, in order. One thread at a time. */
public final class CudaStream implements AutoCloseable {
  /** JCuda's handle with its address, which java.lang.foreign needs. */
  static final class Handle extends CUstream {
    long address() {
      return getNativePointer();
    }
  }

  final Handle handle = new Handle();
  private @Nullable EventTimer timer;

  public CudaStream() {
    Driver.check(
        JCudaDriver.cuStreamCreate(handle, CUstream_flags.CU_STREAM_NON_BLOCKING),
        "cuStreamCreate");
  }

  /** Has its work timed from now on. */
  public void time(EventTimer timer) {
    this.timer = timer;
  }

  /** Begins a call that is timed if each one is. */
  public void beginCall(String name) {
    if (timer != null && timer.eachCall()) {
      timer.begin(name);
    }
  }

  public void endCall() {
    if (timer != null && timer.eachCall()) {
      timer.end();
    }
  }

  /** Begins a step that is timed if each one is. */
  public void beginStep() {
    if (timer != null && !timer.eachCall()) {
      timer.begin(DeviceTimes.STEP);
    }
  }

  public void endStep() {
    if (timer != null && !timer.eachCall()) {
      timer.end();
    }
  }

  public long address() {
    return handle.address();
  }

  /** Waits for all work; an error of an earlier kernel comes out here. */
  public void synchronize() {
    Driver.check(JCudaDriver.cuStreamSynchronize(handle), "a kernel");
  }

  /** Records instead of running, until {@link #endCapture}, which the same thread calls. */
  public void beginCapture() {
    Driver.check(
        JCudaDriver.cuStreamBeginCapture(
            handle, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL),
        "cuStreamBeginCapture");
  }

  /**
   * @throws CudaException if something was called that cannot be recorded, such as a wait
   */
  public CudaGraph endCapture() {
    CUgraph graph = new CUgraph();
    Driver.check(JCudaDriver.cuStreamEndCapture(handle, graph), "cuStreamEndCapture");
    return CudaGraph.instantiate(graph, this);
  }

  /** Ends a capture that failed. */
  public void abandonCapture() {
    CUgraph graph = new CUgraph();
    if (JCudaDriver.cuStreamEndCapture(handle, graph) == 0) {
      JCudaDriver.cuGraphDestroy(graph);
    }
  }

  @Override
  public void close() {
    if (timer != null) {
      timer.close();
    }
    JCudaDriver.cuStreamDestroy(handle);
  }
}
