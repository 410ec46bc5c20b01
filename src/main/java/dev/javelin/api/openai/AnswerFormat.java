package dev.javelin.api.openai;

import dev.javelin.engine.request.FinishReason;
import dev.javelin.engine.request.Usage;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The two shapes of an answer: chat completion and text completion. */
enum AnswerFormat {
  CHAT("chatcmpl-", "chat.completion", "chat.completion.chunk") {
    @Override
    void whole(ObjectNode choice, String text) {
      choice.putObject("message").put("role", "assistant").put("content", text).putNull("refusal");
    }

    @Override
    void delta(ObjectNode choice, String text) {
      ObjectNode delta = choice.putObject("delta");
      if (!text.isEmpty()) {
        delta.put("content", text);
      }
    }

    @Override
    boolean opensWithRole() {
      return true;
    }
  },
  TEXT("cmpl-", "text_completion", "text_completion") {
    @Override
    void whole(ObjectNode choice, String text) {
      choice.put("text", text);
    }

    @Override
    void delta(ObjectNode choice, String text) {
      choice.put("text", text);
    }

    @Override
    boolean opensWithRole() {
      return false;
    }
  };

  private final String idPrefix;
  private final String wholeObject;
  private final String chunkObject;

  AnswerFormat(String idPrefix, String wholeObject, String chunkObject) {
    this.idPrefix = idPrefix;
    this.wholeObject = wholeObject;
    this.chunkObject = chunkObject;
  }

  String idPrefix() {
    return idPrefix;
  }

  /** Puts a whole answer's text where this shape has it. */
  abstract void whole(ObjectNode choice, String text);

  /** Puts a piece of text where this shape has it. */
  abstract void delta(ObjectNode choice, String text);

  abstract boolean opensWithRole();

  /** What all bodies of one answer begin with. */
  record Head(String id, Instant created, String model, String fingerprint) {
    private ObjectNode open(String object) {
      return JsonNodeFactory.instance
          .objectNode()
          .put("id", id)
          .put("object", object)
          .put("created", created.getEpochSecond())
          .put("model", model)
          .put("system_fingerprint", fingerprint);
    }
  }

  ObjectNode answer(Head head) {
    return head.open(wholeObject);
  }

  ObjectNode chunk(Head head) {
    return head.open(chunkObject);
  }

  /** A chunk with one choice; {@code text} null: the opening chunk that names the role. */
  ObjectNode chunk(
      Head head,
      int index,
      @Nullable String text,
      @Nullable FinishReason reason,
      @Nullable ObjectNode logprobs) {
    ObjectNode chunk = chunk(head);
    ArrayNode choices = chunk.putArray("choices");
    ObjectNode choice = choices.addObject().put("index", index);
    if (text == null) {
      choice.putObject("delta").put("role", "assistant").put("content", "");
    } else {
      delta(choice, text);
    }
    choice.set("logprobs", logprobs);
    choice.put("finish_reason", reason == null ? null : name(reason));
    return chunk;
  }

  void choice(
      ArrayNode choices,
      int index,
      String text,
      FinishReason reason,
      @Nullable ObjectNode logprobs) {
    ObjectNode choice = choices.addObject().put("index", index);
    whole(choice, text);
    choice.set("logprobs", logprobs);
    choice.put("finish_reason", name(reason));
  }

  static void usage(ObjectNode body, Usage usage) {
    usage(body, usage.promptTokens(), usage.completionTokens())
        .putObject("prompt_tokens_details")
        .put("cached_tokens", usage.cachedTokens());
  }

  /** As far as it is known while an answer is still being told. */
  static ObjectNode usage(ObjectNode body, int promptTokens, int completionTokens) {
    return body.putObject("usage")
        .put("prompt_tokens", promptTokens)
        .put("completion_tokens", completionTokens)
        .put("total_tokens", promptTokens + completionTokens);
  }

  private static String name(FinishReason reason) {
    return switch (reason) {
      case STOP -> "stop";
      case LENGTH -> "length";
      case CANCELLED -> "cancelled";
    };
  }
}
