package dev.javelin.engine.request;

/**
 * One sequence to generate. Immutable; the arrays are not copied and must not be changed.
 *
 * @param id unique among running requests
 * @param promptTokenIds [at least 1] the prompt, and behind it the answer that is gone on with
 * @param deadlineNanos {@link System#nanoTime} instant after which it fails; Long.MAX_VALUE: none
 * @param priority lower runs first among the requests of one tenant, and gives up its blocks later
 * @param cacheSalt what must be equal, beside the tokens and the tenant, for two requests to share
 *     cached keys: a caller's salt, an adapter, the hashes of images; empty: nothing
 * @param continued what of it was done before, by a request that ended
 */
public record GenerationRequest(
    String id,
    int[] promptTokenIds,
    SamplingParams sampling,
    long deadlineNanos,
    Tenant tenant,
    int priority,
    String cacheSalt,
    Continued continued) {

  /**
   * A request that goes on where another ended, with the same prompt. Its rule, penalties, random
   * numbers and limits see one answer. It was let in once: no queue is too full for it, and it goes
   * before those that came after the first.
   *
   * @param answered how many of the last {@code promptTokenIds} are the answer so far; less than
   *     {@link SamplingParams#maxTokens}
   * @param sinceNanos {@link System#nanoTime} when the first was submitted; of no account where
   *     nothing is answered
   */
  public record Continued(int answered, long sinceNanos) {
    public static final Continued NOTHING = new Continued(0, 0);
  }

  /** A request that goes on with nothing. */
  public GenerationRequest(
      String id,
      int[] promptTokenIds,
      SamplingParams sampling,
      long deadlineNanos,
      Tenant tenant,
      int priority,
      String cacheSalt) {
    this(
        id,
        promptTokenIds,
        sampling,
        deadlineNanos,
        tenant,
        priority,
        cacheSalt,
        Continued.NOTHING);
  }

  /** A request of the default tenant at priority 0. */
  public GenerationRequest(
      String id, int[] promptTokenIds, SamplingParams sampling, long deadlineNanos) {
    this(id, promptTokenIds, sampling, deadlineNanos, Tenant.DEFAULT, 0, "");
  }

  /** Tokens before the answer. */
  public int promptLength() {
    return promptTokenIds.length - continued.answered();
  }

  public boolean goesOn() {
    return continued.answered() > 0;
  }
}
