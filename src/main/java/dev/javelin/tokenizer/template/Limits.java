package dev.javelin.tokenizer.template;

import java.time.Duration;

/**
 * What one rendering may use.
 *
 * @param steps statements and expressions evaluated
 * @param output UTF-16 units of the finished prompt
 * @param allocation UTF-16 units and list entries produced by all operations together
 * @param macroDepth macro calls inside one another
 */
record Limits(long steps, int output, long allocation, int macroDepth, Duration time) {
  static final Limits DEFAULT =
      new Limits(20_000_000, 16 << 20, 512L << 20, 100, Duration.ofSeconds(10));
}
