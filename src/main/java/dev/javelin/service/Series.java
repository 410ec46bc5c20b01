package dev.javelin.service;

/** What {@link ServingHistory} keeps of every moment. Rates are per second. */
public enum Series {
  REQUESTS,
  PROMPT_TOKENS,
  OUTPUT_TOKENS,
  RUNNING,
  WAITING,
  /** Share of KV blocks that requests hold, 0 to 1. */
  KV_USAGE,
  /** Share of looked-up prompt tokens that were cached, 0 to 1. */
  PREFIX_HITS,
  PREEMPTIONS,
  /** Requests that failed. */
  ERRORS,
  /** Milliseconds, over the requests that ended in the last minute. */
  TTFT_P50,
  TTFT_P95,
  TTFT_P99,
  /** Milliseconds between tokens of an answer, likewise. */
  TPOT_P50,
  TPOT_P95,
  TPOT_P99,
  QUEUE_P50,
  QUEUE_P95,
  QUEUE_P99,
  /** Of this process, in cores. */
  CPU,
  HEAP_BYTES;

  private static final Series[] ALL = values();

  static int count() {
    return ALL.length;
  }
}
