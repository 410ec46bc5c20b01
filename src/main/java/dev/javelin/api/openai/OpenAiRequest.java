package dev.javelin.api.openai;

import dev.javelin.service.GenerationCall;
import dev.javelin.service.Prompt;
import dev.javelin.service.SamplingOverrides;
import java.util.List;

/**
 * A chat or completion request as read from the wire.
 *
 * @param includeUsage a last chunk carries the usage
 */
record OpenAiRequest(
    String model,
    List<Prompt> prompts,
    int n,
    SamplingOverrides sampling,
    boolean stream,
    boolean includeUsage) {

  GenerationCall call(String id) {
    return new GenerationCall(id, model, prompts, n, sampling);
  }
}
