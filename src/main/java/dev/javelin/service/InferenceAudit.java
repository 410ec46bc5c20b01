package dev.javelin.service;

import dev.javelin.catalog.audit.AuditEntry;
import dev.javelin.engine.request.ErrorCode;
import dev.javelin.engine.request.GenerationEvent;
import dev.javelin.engine.request.SamplingParams;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Writes a row for each call: what it was, and only if so set what it said. */
@Component
final class InferenceAudit implements GenerationObserver {
  private final AuditLog audit;
  private final AuditProperties properties;
  private final Clock clock;
  private final JsonMapper mapper;

  InferenceAudit(AuditLog audit, AuditProperties properties, Clock clock, JsonMapper mapper) {
    this.audit = audit;
    this.properties = properties;
    this.clock = clock;
    this.mapper = mapper;
  }

  @Override
  public Listener began(Begun call) {
    return properties.inference() ? new Row(call) : Listener.SILENT;
  }

  private final class Row implements Listener {
    private final Begun begun;
    private final Instant at = clock.instant();
    private final ArrayNode finish = mapper.createArrayNode();
    private final StringBuilder[] answers;
    private int completionTokens;
    private int cachedTokens;

    Row(Begun begun) {
      this.begun = begun;
      answers = new StringBuilder[properties.bodies() ? begun.call().sequences() : 0];
      Arrays.setAll(answers, _ -> new StringBuilder());
    }

    @Override
    public void event(int index, GenerationEvent event) {
      switch (event) {
        case GenerationEvent.TextDelta delta -> {
          completionTokens += delta.tokenIds().length;
          if (properties.bodies()) {
            answers[index].append(delta.text());
          }
        }
        case GenerationEvent.PromptScored _ -> {}
        case GenerationEvent.Finished finished -> {
          cachedTokens += finished.usage().cachedTokens();
          finish.add(finished.reason().name().toLowerCase(Locale.ROOT));
        }
        case GenerationEvent.Failed(ErrorCode code, String message) ->
            finish.add(code.name().toLowerCase(Locale.ROOT));
      }
    }

    @Override
    public void ended() {
      GenerationCall call = begun.call();
      ObjectNode after =
          mapper
              .createObjectNode()
              .put("model", call.model())
              .put("id", call.id())
              .put("version", begun.version())
              .put("loadProfile", begun.loadProfile())
              .put("decodingProfile", begun.decodingProfile())
              .put("tenant", call.caller().tenant())
              .put("sequences", call.sequences())
              .put("promptTokens", begun.promptTokens())
              .put("completionTokens", completionTokens)
              .put("cachedTokens", cachedTokens)
              .put("durationMillis", Duration.between(at, clock.instant()).toMillis());
      after.set("finish", finish);
      after.set("sampling", sampling(begun.sampling()));
      if (properties.bodies()) {
        after.set("prompts", mapper.valueToTree(call.prompts()));
        ArrayNode texts = after.putArray("answers");
        for (StringBuilder answer : answers) {
          texts.add(answer.toString());
        }
      }
      audit.add(
          AuditEntry.of(
              clock.instant(),
              call.caller().name(),
              "inference",
              call.model(),
              null,
              mapper.writeValueAsString(after),
              call.origin().requestId()));
    }

    private ObjectNode sampling(SamplingParams sampling) {
      ObjectNode out =
          mapper
              .createObjectNode()
              .put("temperature", sampling.temperature())
              .put("maxTokens", sampling.maxTokens());
      out.set("truncation", mapper.valueToTree(sampling.truncation()));
      out.set("penalties", mapper.valueToTree(sampling.penalties()));
      sampling.seed().ifPresent(seed -> out.put("seed", seed));
      return out;
    }
  }
}
