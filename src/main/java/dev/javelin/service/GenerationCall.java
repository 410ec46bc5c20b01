package dev.javelin.service;

import dev.javelin.engine.beam.BeamParams;
import dev.javelin.engine.request.Tenant;
import dev.javelin.security.Caller;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request for answers: {@code n} to each prompt, numbered prompt by prompt.
 *
 * @param id unique; the sequences' engine ids derive from it
 * @param origin of the request that it is
 * @param model the served name
 * @param beams how the {@code n} answers, its width, to each prompt are searched for; null: each is
 *     sampled
 */
public record GenerationCall(
    String id,
    Origin origin,
    String model,
    List<Prompt> prompts,
    int n,
    SamplingOverrides sampling,
    Scores scores,
    @Nullable BeamParams beams,
    Terms terms) {

  /**
   * Where a call comes from.
   *
   * @param caller on whose behalf
   * @param requestId as the answer's X-Request-Id has it
   * @param traceparent the <a href="https://www.w3.org/TR/trace-context/">trace</a> it belongs to;
   *     null if it came with none
   * @param arrivedNanos {@link System#nanoTime} when the request was read
   */
  public record Origin(
      Caller caller, String requestId, @Nullable String traceparent, long arrivedNanos) {}

  /**
   * How the call is served beside others.
   *
   * @param priority lower goes first among the tenant's own
   * @param cacheSalt only calls with the same one share cached prompts
   * @param timeout after which it fails, the time in the queue included
   */
  public record Terms(Tenant tenant, int priority, String cacheSalt, Duration timeout) {}

  public GenerationCall {
    prompts = List.copyOf(prompts);
  }

  public Caller caller() {
    return origin.caller();
  }

  public int sequences() {
    return prompts.size() * n;
  }
}
