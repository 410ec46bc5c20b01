package dev.javelin.backend.cuda.driver;

import dev.javelin.backend.DeviceTimes;

/**
 * Times pieces of a stream's work by events on the device. A piece's time is read when as many
 * pieces again have been put into the stream, so that the host does not wait for it; it includes
 * what the device waits for its launch, which is nothing while the host is ahead.
 */
public final class EventTimer implements AutoCloseable {
  private static final int STEPS = 16;
  private static final int CALLS = 2048;

  private final CudaStream stream;
  private final DeviceTimes times;
  private final CudaEvent[] starts;
  private final CudaEvent[] ends;
  private final String[] names;
  private long begun;
  private long read;
  private int depth;

  public EventTimer(CudaStream stream, DeviceTimes times) {
    this.stream = stream;
    this.times = times;
    int pieces = 2 * (times.eachCall() ? CALLS : STEPS);
    starts = new CudaEvent[pieces];
    ends = new CudaEvent[pieces];
    names = new String[pieces];
    for (int i = 0; i < pieces; i++) {
      starts[i] = new CudaEvent(true);
      ends[i] = new CudaEvent(true);
    }
  }

  /** Whether calls are timed rather than steps. */
  public boolean eachCall() {
    return times.eachCall();
  }

  /** Begins a piece; one within another counts as part of that. */
  public void begin(String name) {
    if (depth++ == 0) {
      if (begun - read == names.length) {
        read(names.length / 2);
      }
      int at = at(begun);
      names[at] = name;
      starts[at].record(stream);
    }
  }

  public void end() {
    if (--depth == 0) {
      ends[at(begun++)].record(stream);
    }
  }

  private int at(long piece) {
    return (int) (piece % names.length);
  }

  private void read(int count) {
    ends[at(read + count - 1)].synchronize();
    for (long piece = read; piece < read + count; piece++) {
      times.add(names[at(piece)], ends[at(piece)].millisSince(starts[at(piece)]));
      if (!times.eachCall() && piece + 1 < begun) {
        times.add(DeviceTimes.BETWEEN_STEPS, starts[at(piece + 1)].millisSince(ends[at(piece)]));
      }
    }
    read += count;
  }

  @Override
  public void close() {
    for (int i = 0; i < names.length; i++) {
      starts[i].close();
      ends[i].close();
    }
  }
}
