package dev.javelin.engine.runner;

import dev.javelin.engine.request.TokenLogprobs;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a step says of the likelihood of one sequence's tokens.
 *
 * @param sampled of the token it got, null unless asked for
 * @param prompt of the prompt's next tokens, in order; empty unless asked for
 */
public record SequenceLogprobs(@Nullable TokenLogprobs sampled, List<TokenLogprobs> prompt) {
  static final SequenceLogprobs NONE = new SequenceLogprobs(null, List.of());
}
