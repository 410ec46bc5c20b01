package dev.javelin.backend;

import dev.javelin.tensor.Tensor;
import java.util.function.Supplier;

/**
 * How the calls of a step reach the device: made one by one, or recorded once and replayed. One
 * executor serves one {@code step} function.
 */
public interface StepExecutor {
  /**
   * Enqueues the step. Ops called inside {@code step} may be given the arrays of {@code batch} and
   * no other; their contents count as of this call. A device may add rows to the batch while {@code
   * step} runs, whose slot is -1, and may replay what an earlier call enqueued for as many rows
   * instead of calling {@code step}, which must therefore depend on nothing but the batch.
   *
   * @return what {@code step} returned, perhaps with rows beyond those of the batch; valid until
   *     the next call
   */
  Tensor run(ForwardBatch batch, Supplier<Tensor> step);

  /** Calls every time. */
  static StepExecutor eager() {
    return (batch, step) -> step.get();
  }
}
