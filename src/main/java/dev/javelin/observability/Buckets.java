package dev.javelin.observability;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Histograms from 1 ms on: a GPU's tokens are a few milliseconds apart. */
final class Buckets {
  /** 1, 2.5 and 5 of each power of ten, up to 250 s. */
  private static final Duration[] BOUNDS =
      IntStream.rangeClosed(0, 5)
          .boxed()
          .flatMap(
              power -> {
                long millis = (long) Math.pow(10, power);
                return Stream.of(
                    Duration.ofMillis(millis),
                    Duration.ofNanos(2_500_000 * millis),
                    Duration.ofMillis(5 * millis));
              })
          .filter(bound -> bound.compareTo(Duration.ofSeconds(250)) <= 0)
          .toArray(Duration[]::new);

  private Buckets() {}

  static Timer timer(MeterRegistry registry, String name, String meaning, String model) {
    return Timer.builder(name)
        .description(meaning)
        .tag("model", model)
        .serviceLevelObjectives(BOUNDS)
        .register(registry);
  }
}
