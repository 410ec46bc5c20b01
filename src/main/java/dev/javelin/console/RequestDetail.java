package dev.javelin.console;

import dev.javelin.console.RequestView.Times;
import dev.javelin.console.RequestView.Wait;
import dev.javelin.engine.request.RequestTimeline;
import dev.javelin.service.RunningRequests;
import dev.javelin.service.SamplingOverrides;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.json.JsonMapper;

/**
 * Everything that a call's own page shows.
 *
 * @param caller on whose behalf
 * @param settings in force, as its request could have said them
 */
record RequestDetail(
    RequestView row, String caller, List<Sequence> sequences, List<Setting> settings) {

  /** A field of a request and its value as JSON. */
  record Setting(String name, String value) {}

  /**
   * One answer's way through the engine.
   *
   * @param outcome empty while it runs
   */
  record Sequence(RequestTimeline line, Times times, List<Wait> waits, String outcome) {
    static Sequence of(RequestTimeline line) {
      Object end = line.finish() != null ? line.finish() : line.error();
      return new Sequence(
          line,
          Times.of(line),
          Wait.of(line.waited()),
          end == null ? "" : end.toString().toLowerCase(Locale.ROOT));
    }

    /** Steps that passed before its first. Public, as templates need. */
    public long waited() {
      return waits.stream().mapToLong(Wait::steps).sum();
    }

    /** Prompt tokens that were computed. */
    public int computed() {
      return line.promptTokens() - line.cachedTokens();
    }
  }

  static RequestDetail of(RunningRequests.View call, JsonMapper mapper) {
    return new RequestDetail(
        RequestView.of(call),
        call.caller(),
        call.timelines().stream().map(Sequence::of).toList(),
        settings(call, mapper));
  }

  private static List<Setting> settings(RunningRequests.View call, JsonMapper mapper) {
    List<Setting> settings = new ArrayList<>();
    settings.add(new Setting("max_tokens", String.valueOf(call.maxTokens())));
    mapper
        .valueToTree(call.sampling())
        .properties()
        .forEach(
            field -> {
              if (!field.getKey().equals("max_tokens")) {
                settings.add(new Setting(field.getKey(), field.getValue().toString()));
              }
            });
    SamplingOverrides.Structured structured = call.sampling().structured();
    if (structured != null) {
      settings.add(new Setting(structured.field(), "…"));
    }
    return settings;
  }
}
