package dev.javelin.security;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.security.authentication.LockedException;
import org.springframework.stereotype.Component;

/**
 * After five wrong passwords in a row a name waits, a minute at first and twice as long each time.
 */
@Component
final class LoginThrottle {
  private static final int FREE = 5;
  private static final Duration FIRST = Duration.ofMinutes(1);
  private static final int MOST_DOUBLINGS = 6;
  private static final int MOST_NAMES = 10_000;

  private record Failures(int count, Instant blockedUntil) {}

  private final Clock clock;

  /** The names that failed; when full, the one that failed longest ago is forgotten. */
  private final Map<String, Failures> failures =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Failures> eldest) {
          return size() > MOST_NAMES;
        }
      };

  LoginThrottle(Clock clock) {
    this.clock = clock;
  }

  /**
   * @throws LockedException if the name has to wait
   */
  synchronized void admit(String name) {
    Failures known = failures.get(name);
    if (known != null && clock.instant().isBefore(known.blockedUntil())) {
      throw new LockedException("too many wrong passwords; try again later");
    }
  }

  synchronized void note(String name, boolean right) {
    Failures known = failures.remove(name);
    if (right) {
      return;
    }
    int count = known == null ? 1 : known.count() + 1;
    Instant until =
        count < FREE
            ? Instant.EPOCH
            : clock
                .instant()
                .plus(FIRST.multipliedBy(1L << Math.min(count - FREE, MOST_DOUBLINGS)));
    failures.put(name, new Failures(count, until));
  }
}
