package dev.javelin.console;

import dev.javelin.catalog.Wording;
import dev.javelin.service.Series;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The overview's content. */
record OverviewView(
    List<Concern> concerns,
    List<Tile> tiles,
    List<RuntimeView.DeviceRow> devices,
    List<ModelView> models,
    List<RequestView> slowest,
    @Nullable List<Event> events,
    List<Step> steps) {

  /** Whether the server is not set up yet, or nobody has used it since it started. */
  public boolean firstRun() {
    return steps.stream().anyMatch(step -> !step.done() && !step.key().equals("login"))
        || slowest.isEmpty();
  }

  /**
   * Something that needs a person; its text is {@code concern.<kind>}.
   *
   * @param severity {@code bad} or {@code warn}
   * @param first of the text
   * @param second of the text
   * @param wording of a second that is a problem's detail; null: there is none
   * @param link where it is mended
   */
  record Concern(
      String kind,
      String severity,
      String first,
      String second,
      @Nullable Wording wording,
      String link) {
    Concern(String kind, String severity, String first, String second, String link) {
      this(kind, severity, first, second, null, link);
    }
  }

  /**
   * A figure and the line under it.
   *
   * @param value as people read it, in {@code unit}
   */
  record Tile(String key, Series series, String unit, String value) {}

  /**
   * What happened.
   *
   * @param kind of the operation, or {@code alias}
   * @param state of the operation in small letters; empty for an alias
   * @param detail what an alias stands for since then; empty for an operation
   */
  record Event(Instant at, String kind, String target, String state, String detail, String actor) {}

  /**
   * A step of setting the server up; its text is {@code setup.<key>}.
   *
   * @param link where it is done
   */
  record Step(String key, boolean done, String link) {}
}
