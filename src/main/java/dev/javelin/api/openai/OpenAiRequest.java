package dev.javelin.api.openai;

import dev.javelin.engine.request.Tenant;
import dev.javelin.service.GenerationCall;
import dev.javelin.service.Prompt;
import dev.javelin.service.SamplingOverrides;
import java.time.Duration;
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
    int priority,
    String cacheSalt,
    boolean stream,
    boolean includeUsage) {

  GenerationCall call(String id, GenerationCall.Origin origin, Duration timeout) {
    return new GenerationCall(
        id,
        origin,
        model,
        prompts,
        n,
        sampling,
        new GenerationCall.Terms(
            new Tenant(origin.caller().tenant(), 1), priority, cacheSalt, timeout));
  }
}
