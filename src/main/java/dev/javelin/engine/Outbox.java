package dev.javelin.engine;

import dev.javelin.engine.output.OutputItem;
import dev.javelin.engine.output.OutputProcessor;
import java.util.ArrayList;
import java.util.List;

/**
 * What one turn of the engine has to tell, kept until its counts are told: who hears of an end sees
 * its blocks free. Engine thread only.
 */
final class Outbox {
  private final OutputProcessor outputs;
  private final Outstanding outstanding;
  private final WaitingRoom waitingRoom;
  private List<OutputItem> items = new ArrayList<>();
  private int ended;

  /**
   * @param outstanding released once for each request whose blocks are free
   * @param waitingRoom left by a request that ends before it is first scheduled
   */
  Outbox(OutputProcessor outputs, Outstanding outstanding, WaitingRoom waitingRoom) {
    this.outputs = outputs;
    this.outstanding = outstanding;
    this.waitingRoom = waitingRoom;
  }

  void add(OutputItem item) {
    items.add(item);
  }

  /** A request ends with {@code last}; it is in no scheduler any more. */
  void end(RunningRequest request, OutputItem last) {
    request.ended = true;
    if (!request.started) {
      waitingRoom.leave(request.request.tenant());
    }
    items.add(last);
    ended++;
  }

  /** Whether somebody's end is not told yet. */
  boolean hasEnds() {
    return ended > 0;
  }

  void send() {
    if (!items.isEmpty()) {
      outputs.post(items);
      items = new ArrayList<>();
    }
    for (; ended > 0; ended--) {
      outstanding.release();
    }
  }
}
