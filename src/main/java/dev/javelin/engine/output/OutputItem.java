package dev.javelin.engine.output;

import dev.javelin.engine.request.ErrorCode;
import dev.javelin.engine.request.FinishReason;
import dev.javelin.engine.request.TokenLogprobs;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the engine thread posts; per request in order, ended by one of Finish and Failure. */
public sealed interface OutputItem {
  RequestOutput output();

  /**
   * A sampled token.
   *
   * @param endToken ends the answer and is not in its text
   * @param sampledNanos {@link System#nanoTime}
   * @param logprobs null unless asked for
   */
  record Token(
      RequestOutput output,
      int tokenId,
      boolean endToken,
      long sampledNanos,
      @Nullable TokenLogprobs logprobs)
      implements OutputItem {}

  /** Further tokens of the prompt, in order. */
  record ScoredPrompt(RequestOutput output, List<TokenLogprobs> logprobs) implements OutputItem {}

  record Finish(RequestOutput output, FinishReason reason) implements OutputItem {}

  record Failure(RequestOutput output, ErrorCode code, String message) implements OutputItem {}
}
