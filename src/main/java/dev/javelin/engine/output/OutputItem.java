package dev.javelin.engine.output;

import dev.javelin.engine.request.ErrorCode;
import dev.javelin.engine.request.FinishReason;

/** What the engine thread posts; per request in order, ended by one of Finish and Failure. */
public sealed interface OutputItem {
  RequestOutput output();

  /**
   * A sampled token.
   *
   * @param endToken ends the answer and is not in its text
   * @param sampledNanos {@link System#nanoTime}
   */
  record Token(RequestOutput output, int tokenId, boolean endToken, long sampledNanos)
      implements OutputItem {}

  record Finish(RequestOutput output, FinishReason reason) implements OutputItem {}

  record Failure(RequestOutput output, ErrorCode code, String message) implements OutputItem {}
}
