package dev.javelin.backend.cuda.driver;

import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;
import jcuda.driver.JCudaDriver;

/** A point in a stream. */
public final class CudaEvent implements AutoCloseable {
  private final CUevent handle = new CUevent();

  /**
   * @param timed whether {@link #millisSince} is wanted
   */
  public CudaEvent(boolean timed) {
    int flags = timed ? CUevent_flags.CU_EVENT_DEFAULT : CUevent_flags.CU_EVENT_DISABLE_TIMING;
    Driver.check(JCudaDriver.cuEventCreate(handle, flags), "cuEventCreate");
  }

  public void record(CudaStream stream) {
    Driver.check(JCudaDriver.cuEventRecord(handle, stream.handle), "cuEventRecord");
  }

  /** Waits until what was in the stream before {@link #record} is done. */
  public void synchronize() {
    Driver.check(JCudaDriver.cuEventSynchronize(handle), "a kernel");
  }

  /** Milliseconds on the device from {@code start} to this. */
  public float millisSince(CudaEvent start) {
    float[] millis = new float[1];
    Driver.check(
        JCudaDriver.cuEventElapsedTime(millis, start.handle, handle), "cuEventElapsedTime");
    return millis[0];
  }

  @Override
  public void close() {
    JCudaDriver.cuEventDestroy(handle);
  }
}
