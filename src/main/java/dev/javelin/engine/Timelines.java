package dev.javelin.engine;

import dev.javelin.engine.request.RequestTimeline;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The timelines of the requests that ended last. Thread-safe. */
final class Timelines {
  private static final int KEPT = 256;

  private final ArrayDeque<RequestTimeline> ended = new ArrayDeque<>(KEPT);

  synchronized void add(RequestTimeline timeline) {
    if (ended.size() == KEPT) {
      ended.removeFirst();
    }
    ended.addLast(timeline);
  }

  /** The latest with this id. */
  synchronized @Nullable RequestTimeline find(String id) {
    Iterator<RequestTimeline> latest = ended.descendingIterator();
    while (latest.hasNext()) {
      RequestTimeline timeline = latest.next();
      if (timeline.id().equals(id)) {
        return timeline;
      }
    }
    return null;
  }

  synchronized List<RequestTimeline> list() {
    return List.copyOf(ended);
  }
}
