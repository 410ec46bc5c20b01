package dev.javelin.engine;

import java.time.Duration;

/** Counts what is not yet ended, for those who wait until nothing is left. */
final class Outstanding {
  private int count;

  synchronized void add(int n) {
    count += n;
  }

  synchronized void release() {
    if (count > 0 && --count == 0) {
      notifyAll();
    }
  }

  /** Nothing more will be released: whoever waits need not. */
  synchronized void abandon() {
    count = 0;
    notifyAll();
  }

  /** Whether the count came to 0 in time; false at once if the thread is interrupted. */
  synchronized boolean await(Duration timeout) {
    long end = System.nanoTime() + timeout.toNanos();
    while (count > 0) {
      long left = end - System.nanoTime();
      if (left <= 0) {
        return false;
      }
      try {
        wait(left / 1_000_000, (int) (left % 1_000_000));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
    return true;
  }
}
