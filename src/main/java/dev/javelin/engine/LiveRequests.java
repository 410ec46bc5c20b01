package dev.javelin.engine;

import dev.javelin.engine.scheduler.SchedulerOutput;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The requests of a scheduler's sequences. Engine thread only. */
final class LiveRequests {
  /** By sequence id; null where none lives. */
  private final List<@Nullable RunningRequest> byId = new ArrayList<>();

  /** Makes room for a sequence id, so that {@link #put} needs no memory. */
  void reserve(int id) {
    while (byId.size() <= id) {
      byId.add(null);
    }
  }

  void put(RunningRequest request) {
    byId.set(request.sequence.id(), request);
  }

  void remove(RunningRequest request) {
    byId.set(request.sequence.id(), null);
  }

  RunningRequest get(int id) {
    RunningRequest request = byId.get(id);
    if (request == null) {
      throw new IllegalStateException("no request has the sequence id " + id);
    }
    return request;
  }

  /**
   * @return [scheduled sequences]
   */
  RunningRequest[] of(SchedulerOutput step) {
    RunningRequest[] requests = new RunningRequest[step.scheduled().size()];
    for (int i = 0; i < requests.length; i++) {
      requests[i] = get(step.scheduled().get(i).id());
    }
    return requests;
  }

  /** In order of ids; {@code action} may remove the one it gets. */
  void forEach(Consumer<RunningRequest> action) {
    for (int id = 0; id < byId.size(); id++) {
      RunningRequest request = byId.get(id);
      if (request != null) {
        action.accept(request);
      }
    }
  }
}
