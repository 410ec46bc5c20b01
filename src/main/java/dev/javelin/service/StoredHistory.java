package dev.javelin.service;

import dev.javelin.catalog.history.ServingPoint;
import dev.javelin.catalog.history.ServingPoints;
import dev.javelin.service.ServingHistory.Stretch;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes the last thirty days of this server into the database, five minutes at a time, and reads
 * them back at the start. While the database is away nothing waits for it and nothing is lost: the
 * figures stay in memory and are written when it is back.
 */
@Component
public final class StoredHistory implements SmartLifecycle {
  private static final Logger log = LoggerFactory.getLogger(StoredHistory.class);
  private static final Duration TRY_EVERY = Duration.ofSeconds(10);
  private static final int BATCH = 500;

  /**
   * How far the database is behind.
   *
   * @param failingSince when it first could not be reached; null: it has everything
   * @param waiting stretches of five minutes that it does not have yet
   */
  public record State(@Nullable Instant failingSince, int waiting) {}

  private final ServingHistory history;
  private final ServingPoints points;
  private final UUID node;
  private final Clock clock;
  private final JsonMapper mapper;
  private final Background writer = new Background("stored-history");
  private volatile State state = new State(null, 0);
  private volatile boolean running;
  private boolean restored;
  private long nextMillis;

  @Autowired
  StoredHistory(
      ServingHistory history, ServingPoints points, Node node, Clock clock, JsonMapper mapper) {
    this(history, points, node.id(), clock, mapper);
  }

  StoredHistory(
      ServingHistory history, ServingPoints points, UUID node, Clock clock, JsonMapper mapper) {
    this.history = history;
    this.points = points;
    this.node = node;
    this.clock = clock;
    this.mapper = mapper;
    nextMillis = clock.millis() / ServingHistory.STORED_MILLIS * ServingHistory.STORED_MILLIS;
  }

  public State state() {
    return state;
  }

  @Override
  public void start() {
    running = true;
    writer.repeat(() -> keep(false), Duration.ZERO, TRY_EVERY);
  }

  /**
   * Writes what is new.
   *
   * @param open the stretch that still goes on, too
   */
  synchronized void keep(boolean open) {
    try {
      if (!restored) {
        restore();
      }
      write(open);
      if (state.failingSince() != null) {
        log.info("The history of figures is written again");
      }
      state = new State(null, 0);
    } catch (RuntimeException e) {
      Instant since = state.failingSince();
      if (since == null) {
        log.warn(
            "The history of figures cannot be written; it waits in memory: {}", e.getMessage());
      }
      state =
          new State(
              since == null ? clock.instant() : since, history.stretches(nextMillis, false).size());
    }
  }

  private void restore() {
    Instant from = clock.instant().minus(Span.MONTH.length());
    for (ServingPoint point : points.since(node, from)) {
      history.restore(new Stretch(point.beginsAt().toEpochMilli(), read(point.figures())));
    }
    restored = true;
  }

  private void write(boolean open) {
    List<Stretch> news = history.stretches(nextMillis, open);
    for (int from = 0; from < news.size(); from += BATCH) {
      List<Stretch> batch = news.subList(from, Math.min(from + BATCH, news.size()));
      points.save(batch.stream().map(this::point).toList());
      nextMillis = batch.getLast().fromMillis() + ServingHistory.STORED_MILLIS;
    }
    if (!news.isEmpty()) {
      points.prune(clock.instant().minus(Span.MONTH.length()));
    }
  }

  private ServingPoint point(Stretch stretch) {
    ObjectNode figures = mapper.createObjectNode();
    for (Series series : Series.values()) {
      float value = stretch.values()[series.ordinal()];
      if (!Float.isNaN(value)) {
        figures.put(series.word(), value);
      }
    }
    return new ServingPoint(
        node, Instant.ofEpochMilli(stretch.fromMillis()), mapper.writeValueAsString(figures));
  }

  /** What this version does not know is passed over, what it does not find is a gap. */
  private float[] read(String figures) {
    JsonNode tree = mapper.readTree(figures);
    float[] values = new float[Series.count()];
    Arrays.fill(values, Float.NaN);
    for (Series series : Series.values()) {
      JsonNode value = tree.get(series.word());
      if (value != null && value.isNumber()) {
        values[series.ordinal()] = value.floatValue();
      }
    }
    return values;
  }

  @Override
  public void stop() {
    running = false;
    writer.end();
    keep(true);
  }

  @Override
  public boolean isRunning() {
    return running;
  }
}
