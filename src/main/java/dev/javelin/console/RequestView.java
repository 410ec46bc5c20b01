package dev.javelin.console;

import dev.javelin.engine.request.RequestTimeline;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/**
 * One ended request, for the table and its timing bar.
 *
 * @param outcome why it ended, in small letters: a finish reason or an error code
 * @param queuedMillis from submission to its first step
 * @param prefillMillis from there to the first token
 * @param decodeMillis from there to the end
 * @param ttftMillis from submission to the first token; 0 if none came
 */
record RequestView(
    String id,
    String model,
    String tenant,
    long submittedMillis,
    double queuedMillis,
    double prefillMillis,
    double decodeMillis,
    double ttftMillis,
    double tokensPerSecond,
    int promptTokens,
    int cachedTokens,
    int generatedTokens,
    int chunks,
    int steps,
    double meanBatchMates,
    int mostBatchMates,
    int preemptions,
    RequestTimeline.Waited waited,
    String outcome,
    boolean failed) {

  static RequestView of(String model, RequestTimeline line) {
    double total = line.totalNanos() / 1e6;
    double queued = Math.min(line.queuedNanos() / 1e6, total);
    double first = line.firstTokenNanos() / 1e6;
    double decode = first > 0 ? total - first : 0;
    Object outcome = line.finish() != null ? line.finish() : line.error();
    return new RequestView(
        line.id(),
        model,
        line.tenant(),
        line.submittedMillis(),
        queued,
        first > 0 ? Math.max(0, first - queued) : total - queued,
        decode,
        first,
        line.generatedTokens() > 1 && decode > 0 ? (line.generatedTokens() - 1) * 1e3 / decode : 0,
        line.promptTokens(),
        line.cachedTokens(),
        line.generatedTokens(),
        line.chunks(),
        line.steps(),
        line.meanBatchMates(),
        line.mostBatchMates(),
        line.preemptions(),
        line.waited(),
        String.valueOf(outcome).toLowerCase(Locale.ROOT),
        line.error() != null);
  }

  /** In UTC, as pages write times where no script can tell the reader's zone. */
  public String submittedAt() {
    return Instant.ofEpochMilli(submittedMillis)
        .truncatedTo(ChronoUnit.SECONDS)
        .toString()
        .replace('T', ' ')
        .replace("Z", " UTC");
  }

  /** Whole percents of the bar. Public, as templates need. */
  public int share(double millis) {
    double total = queuedMillis + prefillMillis + decodeMillis;
    return total > 0 ? (int) Math.round(100 * millis / total) : 0;
  }
}
