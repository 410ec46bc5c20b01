package dev.javelin.console;

import dev.javelin.security.Access;
import dev.javelin.security.Refusal;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.web.error.ErrorAttributeOptions;
import org.springframework.boot.webflux.error.DefaultErrorAttributes;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.server.ServerRequest;

/** What the page of a failure shows: also {@code needs}, the word of the role that is missing. */
@Component
final class FailureAttributes extends DefaultErrorAttributes {
  @Override
  public Map<String, @Nullable Object> getErrorAttributes(
      ServerRequest request, ErrorAttributeOptions options) {
    Map<String, @Nullable Object> attributes = super.getErrorAttributes(request, options);
    if (getError(request).getCause() instanceof Refusal refusal) {
      Access needed = refusal.needed();
      if (needed != null) {
        attributes.put("needs", needed.leastRole().word());
      }
    }
    return attributes;
  }
}
