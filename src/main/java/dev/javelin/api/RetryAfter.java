package dev.javelin.api;

import dev.javelin.security.QuotaExceededException;
import dev.javelin.service.ModelLoadingException;
import java.util.Optional;
import org.springframework.http.HttpStatus;

/** When a refused request may be tried again, in whole seconds, for {@code Retry-After}. */
public final class RetryAfter {
  private RetryAfter() {}

  /**
   * Empty where another try helps nothing, or nobody knows when.
   *
   * @param status of the answer
   */
  public static Optional<String> of(Throwable failure, HttpStatus status) {
    return switch (failure) {
      case QuotaExceededException quota ->
          quota.retryAfter().map(wait -> Long.toString(wait.plusMillis(999).toSeconds()));
      case ModelLoadingException loading ->
          Optional.of(Long.toString(Math.max(1, loading.retryAfter().toSeconds())));
      default ->
          status == HttpStatus.TOO_MANY_REQUESTS || status == HttpStatus.SERVICE_UNAVAILABLE
              ? Optional.of("1")
              : Optional.empty();
    };
  }
}
