package dev.javelin.api;

import dev.javelin.service.ModelLoadingException;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/**
 * {@code Prefer: wait=SECONDS} (<a href="https://www.rfc-editor.org/rfc/rfc7240#section-4.3">RFC
 * 7240</a>): a caller who would rather wait for a model than hear that it is loading.
 */
public final class PreferredWait {
  private static final Pattern WAIT = Pattern.compile("(?:^|[;,\\s])wait\\s*=\\s*(\\d{1,4})\\b");
  private static final Duration AGAIN = Duration.ofMillis(50);

  private PreferredWait() {}

  /** The call, tried again while its model loads and the caller is willing to wait. */
  public static <T> Mono<T> whileLoading(ServerWebExchange exchange, Mono<T> call) {
    String preference = exchange.getRequest().getHeaders().getFirst("Prefer");
    Matcher wait = WAIT.matcher(preference == null ? "" : preference);
    if (!wait.find()) {
      return call;
    }
    long until = System.nanoTime() + Duration.ofSeconds(Long.parseLong(wait.group(1))).toNanos();
    return call.retryWhen(
        Retry.from(
            failures ->
                failures.flatMap(
                    failed ->
                        failed.failure() instanceof ModelLoadingException
                                && System.nanoTime() < until
                            ? Mono.delay(AGAIN)
                            : Mono.error(failed.failure()))));
  }
}
