package dev.javelin.engine;

import dev.javelin.engine.request.RequestTimeline;
import java.util.ArrayDeque;
import java.util.List;

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

  synchronized List<RequestTimeline> list() {
    return List.copyOf(ended);
  }
}
