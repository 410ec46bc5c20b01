package dev.javelin.console;

import dev.javelin.engine.request.RequestTimeline;
import dev.javelin.service.RunningRequests;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One call, for tables and its timing bar. Of several sequences the times are those of the longest,
 * the tokens those of all.
 *
 * @param requestId its answer's X-Request-Id
 * @param state queued, running, finished, failed or cancelled
 * @param waitsFor what a queued one waited for in most steps, as in {@code wait.<it>}; else empty
 * @param outcome why it ended, in small letters; empty while it runs
 * @param endedMillis 0 while it runs
 * @param queuedMillis from submission to its first step
 * @param prefillMillis from there to the first token
 * @param decodeMillis from there to the end, or to now
 * @param ttftMillis from submission to the first token; 0 if none came
 * @param maxTokens most that it may generate
 */
record RequestView(
    String id,
    String requestId,
    String model,
    String version,
    String state,
    String waitsFor,
    String outcome,
    long submittedMillis,
    long endedMillis,
    double queuedMillis,
    double prefillMillis,
    double decodeMillis,
    double ttftMillis,
    double tokensPerSecond,
    int promptTokens,
    int cachedTokens,
    int generatedTokens,
    int maxTokens) {

  /** What a script fills in. */
  static final RequestView BLANK =
      new RequestView("", "", "", "", "queued", "", "", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

  static RequestView of(RunningRequests.View call) {
    List<RequestTimeline> lines = call.timelines();
    Times times = Times.of(call, lines);
    int steps = lines.stream().mapToInt(RequestTimeline::steps).sum();
    Instant end = call.finishedAt();
    boolean live = end == null;
    int generated =
        Math.max(
            call.completionTokens(),
            lines.stream().mapToInt(RequestTimeline::generatedTokens).sum());
    int each = lines.isEmpty() ? 1 : lines.size();
    return new RequestView(
        call.id(),
        call.requestId(),
        call.model(),
        call.version(),
        live && steps == 0 ? "queued" : call.state(),
        live && steps == 0 ? waitsFor(lines) : "",
        live
            ? ""
            : call.finishReasons().isEmpty()
                ? call.state()
                : call.finishReasons().stream().distinct().collect(Collectors.joining(", ")),
        call.startedAt().toEpochMilli(),
        end == null ? 0 : end.toEpochMilli(),
        times.queued(),
        times.prefill(),
        times.decode(),
        times.first(),
        times.decode() > 0 && generated > each ? (generated - each) * 1e3 / times.decode() : 0,
        Math.max(call.promptTokens(), lines.stream().mapToInt(RequestTimeline::promptTokens).sum()),
        Math.max(call.cachedTokens(), lines.stream().mapToInt(RequestTimeline::cachedTokens).sum()),
        generated,
        call.maxTokens() * each);
  }

  /** In UTC, as pages write times where no script can tell the reader's zone. */
  public String submittedAt() {
    return utc(submittedMillis);
  }

  public String endedAt() {
    return endedMillis == 0 ? "" : utc(endedMillis);
  }

  private static String utc(long millis) {
    return Instant.ofEpochMilli(millis)
        .truncatedTo(ChronoUnit.SECONDS)
        .toString()
        .replace('T', ' ')
        .replace("Z", " UTC");
  }

  private static String waitsFor(List<RequestTimeline> lines) {
    return lines.stream()
        .flatMap(line -> Wait.of(line.waited()).stream())
        .max(Comparator.comparingLong(Wait::steps))
        .map(Wait::reason)
        .orElse("");
  }

  /** Steps that passed while a sequence waited for something, as in {@code wait.<reason>}. */
  record Wait(String reason, long steps) {
    /** Those of no steps left out. */
    static List<Wait> of(RequestTimeline.Waited waited) {
      return List.of(
              new Wait("budget", waited.budget()),
              new Wait("sequences", waited.sequences()),
              new Wait("blocks", waited.blocks()),
              new Wait("fairness", waited.fairness()),
              new Wait("constraint", waited.constraint()))
          .stream()
          .filter(wait -> wait.steps() > 0)
          .toList();
    }
  }

  /** Milliseconds from submission on. */
  record Times(double queued, double prefill, double decode, double first) {
    static Times of(RunningRequests.View call, List<RequestTimeline> lines) {
      return lines.stream()
          .max(Comparator.comparingLong(RequestTimeline::totalNanos))
          .map(Times::of)
          .orElseGet(
              () ->
                  of(
                      known(call.queuedMillis()),
                      known(call.firstTokenMillis()),
                      known(call.totalMillis())));
    }

    static Times of(RequestTimeline line) {
      return of(line.queuedNanos() / 1e6, line.firstTokenNanos() / 1e6, line.totalNanos() / 1e6);
    }

    private static Times of(double queuedMillis, double first, double total) {
      double queued = Math.min(queuedMillis, total);
      double prefill = first > 0 ? Math.max(0, first - queued) : total - queued;
      return new Times(queued, prefill, first > 0 ? Math.max(0, total - first) : 0, first);
    }

    private static double known(@Nullable Double millis) {
      return millis == null ? 0 : millis;
    }
  }

  /** Its place among those that ended. Public, as templates need. */
  public Cursor cursor() {
    return new Cursor(endedMillis, id);
  }

  /**
   * A place in the list of those that ended, which stays where it is when others end; several may
   * end in one millisecond.
   */
  record Cursor(long endedMillis, String id) implements Comparable<Cursor> {
    private static final Comparator<Cursor> ORDER =
        Comparator.comparingLong(Cursor::endedMillis).thenComparing(Cursor::id);

    /** Null if it is not what {@link #toString} wrote. */
    static @Nullable Cursor parse(String text) {
      return text.matches("\\d{1,18}_.+")
          ? new Cursor(
              Long.parseLong(text.substring(0, text.indexOf('_'))),
              text.substring(text.indexOf('_') + 1))
          : null;
    }

    @Override
    public int compareTo(Cursor other) {
      return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
      return endedMillis + "_" + id;
    }
  }

  public boolean live() {
    return endedMillis == 0;
  }

  public boolean failed() {
    return state.equals("failed");
  }

  public double totalMillis() {
    return queuedMillis + prefillMillis + decodeMillis;
  }

  /** Whole percents of the bar. */
  public int share(double millis) {
    return totalMillis() > 0 ? (int) Math.round(100 * millis / totalMillis()) : 0;
  }

  /** What the other two parts leave of it, so that it is always whole. */
  public int decodeShare() {
    return decodeMillis > 0 ? 100 - share(queuedMillis) - share(prefillMillis) : 0;
  }

  /** Whether somebody who looks for {@code text} means it. */
  boolean matches(String text) {
    String wanted = text.strip().toLowerCase(Locale.ROOT);
    return List.of(id, requestId, model, version, state, outcome).stream()
        .anyMatch(part -> part.toLowerCase(Locale.ROOT).contains(wanted));
  }
}
