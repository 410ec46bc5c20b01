package dev.javelin.api.openai;

import dev.javelin.api.ApiErrors;
import dev.javelin.api.ApiException;
import dev.javelin.engine.request.FinishReason;
import dev.javelin.engine.request.GenerationEvent;
import dev.javelin.engine.request.TokenLogprobs;
import dev.javelin.service.Generation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Gathers a call's events into one body. */
final class WholeAnswer {
  private final AnswerFormat format;
  private final AnswerFormat.Head head;
  private final String requestId;
  private final AnswerExtras extras;
  private final StringBuilder[] texts;
  private final List<List<TokenLogprobs>> answers = new ArrayList<>();
  private final List<List<TokenLogprobs>> prompts = new ArrayList<>();
  private final @Nullable FinishReason[] reasons;
  private final UsageTotal usage;

  WholeAnswer(
      AnswerFormat format,
      AnswerFormat.Head head,
      AnswerExtras extras,
      String requestId,
      int sequences,
      int perPrompt) {
    this.format = format;
    this.head = head;
    this.extras = extras;
    this.requestId = requestId;
    for (int i = 0; i < sequences; i++) {
      answers.add(new ArrayList<>());
      prompts.add(List.of());
    }
    this.texts = new StringBuilder[sequences];
    Arrays.setAll(texts, _ -> new StringBuilder());
    this.reasons = new FinishReason[sequences];
    this.usage = new UsageTotal(perPrompt);
  }

  /**
   * @throws ApiException if a sequence failed: then there is no answer
   */
  void add(Generation.Event event) {
    switch (event.event()) {
      case GenerationEvent.PromptScored scored -> prompts.set(event.index(), scored.logprobs());
      case GenerationEvent.TextDelta delta -> {
        texts[event.index()].append(delta.text());
        answers.get(event.index()).addAll(delta.logprobs());
      }
      case GenerationEvent.Finished finished -> {
        if (finished.reason() == FinishReason.CANCELLED) {
          throw cancelled();
        }
        reasons[event.index()] = finished.reason();
        usage.add(event.index(), finished.usage());
      }
      case GenerationEvent.Failed failed ->
          throw ApiErrors.from(failed.code(), failed.message(), requestId);
    }
  }

  ObjectNode body() {
    ObjectNode body = format.answer(head);
    ArrayNode choices = body.putArray("choices");
    for (int index = 0; index < texts.length; index++) {
      FinishReason reason = reasons[index];
      if (reason == null) {
        // A search that found fewer answers than were asked for.
        continue;
      }
      format.choice(
          choices,
          index,
          extras.opening(index) + texts[index],
          reason,
          extras.opening(index, prompts.get(index), answers.get(index)));
      extras.putPrompt(body, index, prompts.get(index));
    }
    AnswerFormat.usage(body, usage.total());
    return body;
  }

  /** What a caller hears whose request somebody else ended. */
  static ApiException cancelled() {
    return new ApiException(
        HttpStatus.CONFLICT,
        "request_cancelled",
        null,
        "request_cancelled",
        "the request was cancelled on the server before it ended");
  }
}
