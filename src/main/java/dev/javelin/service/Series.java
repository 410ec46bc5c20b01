package dev.javelin.service;

import java.util.Locale;

/**
 * What {@link ServingHistory} keeps of every moment. Rates are per second. The names are also those
 * of the stored history: one that is renamed loses its past.
 */
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
  TTFT_P95(Merge.HIGHEST),
  TTFT_P99(Merge.HIGHEST),
  /** Milliseconds between one token of an answer and the next, over those of the last minute. */
  ITL_P50,
  ITL_P95(Merge.HIGHEST),
  ITL_P99(Merge.HIGHEST),
  /** As {@link #TTFT_P50}, from submission to the first step. */
  QUEUE_P50,
  QUEUE_P95(Merge.HIGHEST),
  QUEUE_P99(Merge.HIGHEST),
  /** Engine steps. */
  STEPS,
  /** Of all devices that models are loaded to, by whoever uses it. */
  DEVICE_USED_BYTES,
  /** Of that, what models reserved for weights. */
  WEIGHT_BYTES,
  /** And for KV caches. */
  KV_BYTES,
  /** Share of the time that devices computed, 0 to 1: the mean of those that tell. */
  DEVICE_BUSY,
  /** Of this process, in cores. */
  CPU,
  /** Of the whole machine, in cores. */
  MACHINE_CPU,
  HEAP_BYTES,
  /** What the heap has taken from the machine. */
  HEAP_SIZE_BYTES,
  /** Share of the time that the garbage collectors worked, 0 to 1. */
  GC;

  /** What stands for several moments of a longer range. */
  enum Merge {
    MEAN,
    /** The mean of tails would hide the minute that somebody looks for. */
    HIGHEST
  }

  private static final Series[] ALL = values();

  private final Merge merge;

  Series() {
    this(Merge.MEAN);
  }

  Series(Merge merge) {
    this.merge = merge;
  }

  /** Its name in small letters, as scripts and texts have it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  Merge merge() {
    return merge;
  }

  static int count() {
    return ALL.length;
  }

  static Series at(int ordinal) {
    return ALL[ordinal];
  }
}
