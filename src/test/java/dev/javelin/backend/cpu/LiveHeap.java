package dev.javelin.backend.cpu;

import java.lang.management.ManagementFactory;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.ObjectName;

/** What is alive on this JVM's heap, as {@code jcmd GC.class_histogram} tells it. */
final class LiveHeap {
  private static final Pattern LINE = Pattern.compile("(?m)^\\s*\\d+:\\s+\\d+\\s+(\\d+)\\s+(\\S+)");

  /** What a collector fills gaps with. */
  private static final String FILLER = "FillerElement";

  private LiveHeap() {}

  /** Bytes of all objects that are left by a full collection. */
  static long bytes() {
    try {
      Object told =
          ManagementFactory.getPlatformMBeanServer()
              .invoke(
                  new ObjectName("com.sun.management:type=DiagnosticCommand"),
                  "gcClassHistogram",
                  new Object[] {new String[0]},
                  new String[] {String[].class.getName()});
      long bytes = 0;
      Matcher line = LINE.matcher(String.valueOf(told));
      while (line.find()) {
        bytes += line.group(2).contains(FILLER) ? 0 : Long.parseLong(line.group(1));
      }
      return bytes;
    } catch (JMException e) {
      throw new AssertionError(e);
    }
  }
}
