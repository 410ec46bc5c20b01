package dev.javelin.api.openai;

import dev.javelin.engine.request.TokenLogprobs;
import dev.javelin.service.Generation;
import dev.javelin.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** What a call's answers tell beside their new text: echoed prompts and logprobs. */
final class AnswerExtras {
  private final AnswerFormat format;
  private final OpenAiRequest request;
  private final OpenAiRequest.Wanted wanted;
  private final Generation generation;
  private final Tokenizer tokenizer;
  private final LogprobsFormat logprobs;
  private final boolean skipSpecial;
  private final TextOffsets[] offsets;

  AnswerExtras(AnswerFormat format, OpenAiRequest request, Generation generation) {
    this.format = format;
    this.request = request;
    this.wanted = request.wanted();
    this.generation = generation;
    tokenizer = generation.model().tokenizer();
    logprobs = new LogprobsFormat(tokenizer, wanted.tokenIds());
    skipSpecial = !Boolean.FALSE.equals(request.sampling().skipSpecialTokens());
    offsets = new TextOffsets[request.choices()];
    Arrays.setAll(offsets, _ -> new TextOffsets(tokenizer, skipSpecial));
  }

  /** What the text of sequence {@code index} begins with. */
  String opening(int index) {
    return wanted.echo()
        ? tokenizer.decode(request.promptTokenIds(generation, index), skipSpecial)
        : "";
  }

  /** Whether the opening can be told at once, without waiting for the prompt's scores. */
  boolean opensAtOnce() {
    return wanted.echo() && !wanted.echoesLogprobs();
  }

  /** The {@code logprobs} of further tokens of sequence {@code index}; null unless asked for. */
  @Nullable ObjectNode answer(int index, List<TokenLogprobs> tokens) {
    if (wanted.logprobs() < 0 || tokens.isEmpty()) {
      return null;
    }
    return switch (format) {
      case CHAT -> logprobs.chat(tokens);
      case TEXT -> {
        ObjectNode out = LogprobsFormat.emptyCompletion();
        logprobs.addCompletion(out, tokens, wanted.logprobs(), offsets[index]);
        yield out;
      }
    };
  }

  /** The same with the tokens of the prompt before them, where it is echoed. */
  @Nullable ObjectNode opening(int index, List<TokenLogprobs> prompt, List<TokenLogprobs> tokens) {
    if (!wanted.echoesLogprobs()) {
      return answer(index, tokens);
    }
    ObjectNode out = LogprobsFormat.emptyCompletion();
    logprobs.addFirst(out, request.promptTokenIds(generation, index)[0], offsets[index]);
    logprobs.addCompletion(out, prompt, wanted.logprobs(), offsets[index]);
    logprobs.addCompletion(out, tokens, wanted.logprobs(), offsets[index]);
    return out;
  }

  /** Puts {@code prompt_logprobs} where vLLM has them: a chat's body, a completion's choice. */
  void putPrompt(ObjectNode body, int index, List<TokenLogprobs> prompt) {
    if (wanted.promptLogprobs() < 0) {
      return;
    }
    switch (format) {
      case CHAT -> {
        if (index == 0) {
          body.set("prompt_logprobs", logprobs.prompt(prompt, wanted.promptLogprobs()));
        }
      }
      case TEXT ->
          choice(body, index)
              .set("prompt_logprobs", logprobs.prompt(prompt, wanted.promptLogprobs()));
    }
  }

  private static ObjectNode choice(ObjectNode body, int index) {
    for (var choice : body.get("choices")) {
      if (choice.get("index").intValue() == index) {
        return (ObjectNode) choice;
      }
    }
    throw new IllegalArgumentException("no choice has the index " + index);
  }
}
