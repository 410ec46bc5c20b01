package dev.javelin.console;

import java.util.ArrayList;
import java.util.List;

/**
 * Memory as one stacked bar, {@value #WIDTH} units wide; what is left over on the right is free.
 *
 * @param limit where the memory that is there ends, in units; {@value #WIDTH} unless more is needed
 */
record MemoryBar(List<Segment> segments, double limit) {
  static final int WIDTH = 1000;

  /** Narrower ones could not be seen. */
  private static final double LEAST = 3;

  /**
   * What somebody has.
   *
   * @param kind {@code weights}, {@code kv}, {@code workspace}, {@code others} or {@code reserve}
   */
  record Part(String kind, String owner, long bytes) {}

  /** A part and where it is drawn. */
  record Segment(Part part, double x, double width) {}

  /**
   * @param there bytes of the device
   */
  static MemoryBar of(long there, List<Part> parts) {
    long needed = parts.stream().mapToLong(Part::bytes).sum();
    double scale = WIDTH / (double) Math.max(1, Math.max(there, needed));
    List<Segment> segments = new ArrayList<>();
    double x = 0;
    for (Part part : parts) {
      if (part.bytes() > 0) {
        double width = Math.clamp(part.bytes() * scale, LEAST, Math.max(LEAST, WIDTH - x));
        segments.add(new Segment(part, tenths(x), tenths(width)));
        x += width;
      }
    }
    return new MemoryBar(List.copyOf(segments), tenths(there * scale));
  }

  private static double tenths(double value) {
    return Math.round(value * 10) / 10.0;
  }
}
