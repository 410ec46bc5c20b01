package dev.javelin.service;

import dev.javelin.engine.request.Tenant;
import dev.javelin.security.Caller;
import java.time.Duration;
import java.util.List;

/**
 * A request for answers: {@code n} to each prompt, numbered prompt by prompt.
 *
 * @param id unique; the sequences' engine ids derive from it
 * @param caller on whose behalf
 * @param model the served name
 */
public record GenerationCall(
    String id,
    Caller caller,
    String model,
    List<Prompt> prompts,
    int n,
    SamplingOverrides sampling,
    Terms terms) {

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

  public int sequences() {
    return prompts.size() * n;
  }
}
