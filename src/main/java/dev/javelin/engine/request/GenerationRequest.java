package dev.javelin.engine.request;

/**
 * One sequence to generate. Immutable; the arrays are not copied and must not be changed.
 *
 * @param id unique among running requests
 * @param promptTokenIds [at least 1]
 * @param deadlineNanos {@link System#nanoTime} instant after which it fails; Long.MAX_VALUE: none
 * @param priority lower runs first among the requests of one tenant, and gives up its blocks later
 * @param cacheSalt what must be equal, beside the tokens and the tenant, for two requests to share
 *     cached keys: a caller's salt, an adapter, the hashes of images; empty: nothing
 */
public record GenerationRequest(
    String id,
    int[] promptTokenIds,
    SamplingParams sampling,
    long deadlineNanos,
    Tenant tenant,
    int priority,
    String cacheSalt) {

  /** A request of the default tenant at priority 0. */
  public GenerationRequest(
      String id, int[] promptTokenIds, SamplingParams sampling, long deadlineNanos) {
    this(id, promptTokenIds, sampling, deadlineNanos, Tenant.DEFAULT, 0, "");
  }
}
