package dev.javelin.engine;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** What other threads ask of the engine's thread, in the order in which it came. Thread-safe. */
final class Inbox {
  sealed interface Command {
    record Submit(RunningRequest request) implements Command {}

    record Abort(RunningRequest request) implements Command {}

    record Close() implements Command {}
  }

  private final ConcurrentLinkedQueue<Command> commands = new ConcurrentLinkedQueue<>();
  private final Thread reader;

  /**
   * @param reader woken when something comes
   */
  Inbox(Thread reader) {
    this.reader = reader;
  }

  void send(Command command) {
    commands.add(command);
    LockSupport.unpark(reader);
  }

  @Nullable Command poll() {
    return commands.poll();
  }

  boolean isEmpty() {
    return commands.isEmpty();
  }

  /** Parks the reader until there is something. */
  void await() {
    while (commands.isEmpty()) {
      LockSupport.park(this);
    }
  }
}
