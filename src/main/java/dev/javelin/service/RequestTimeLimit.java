package dev.javelin.service;

import dev.javelin.engine.request.ErrorCode;
import dev.javelin.engine.request.GenerationEvent;
import io.github.resilience4j.timelimiter.TimeLimiter;
import io.github.resilience4j.timelimiter.TimeLimiterConfig;
import io.github.resilience4j.timelimiter.TimeLimiterRegistry;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import org.springframework.stereotype.Component;

/**
 * How long a request may take, and how many took longer. The engine keeps the limit, because only
 * it can free what a late sequence holds; the time limiter counts how sequences ended (ADR 0012).
 */
@Component
public final class RequestTimeLimit implements GenerationObserver {
  private final TimeLimiterRegistry limiters;
  private final TimeLimiter limiter;
  private final LongAdder expired = new LongAdder();

  RequestTimeLimit(TimeLimiterConfig config) {
    limiters = TimeLimiterRegistry.of(config);
    limiter = limiters.timeLimiter("requests");
  }

  public TimeLimiterRegistry limiters() {
    return limiters;
  }

  /** From its reading to its last token, the time in the queue included. */
  public Duration timeout() {
    return limiter.getTimeLimiterConfig().getTimeoutDuration();
  }

  /** Sequences that the engine ended because their time was up, since the start. */
  public long expired() {
    return expired.sum();
  }

  @Override
  public Listener began(Begun call) {
    return new Listener() {
      @Override
      public void event(int index, GenerationEvent event) {
        switch (event) {
          case GenerationEvent.TextDelta _, GenerationEvent.PromptScored _ -> {}
          case GenerationEvent.Finished _ -> limiter.onSuccess();
          case GenerationEvent.Failed(ErrorCode code, String message) -> failed(code, message);
        }
      }

      @Override
      public void ended() {}
    };
  }

  private void failed(ErrorCode code, String message) {
    if (code == ErrorCode.DEADLINE_EXCEEDED) {
      expired.increment();
      limiter.onError(new TimeoutException(message));
    } else {
      limiter.onError(new IllegalStateException(message));
    }
  }
}
