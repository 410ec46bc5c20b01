package dev.javelin.service;

import dev.javelin.engine.LoadedModel;
import dev.javelin.engine.request.EngineException;
import dev.javelin.engine.request.ErrorCode;
import dev.javelin.tokenizer.ChatTemplate;
import dev.javelin.tokenizer.ChatTemplateException;
import dev.javelin.tokenizer.RenderedPrompt;
import dev.javelin.tokenizer.template.JinjaTemplate;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** From what a caller wants continued to token ids. */
@Component
final class PromptBuilder {
  private static final int TEMPLATES_KEPT = 64;

  private record TemplateKey(String source, String bos, String eos) {}

  private final Clock clock;
  private final Map<TemplateKey, ChatTemplate> overrides = new ConcurrentHashMap<>();

  PromptBuilder(Clock clock) {
    this.clock = clock;
  }

  /**
   * @throws EngineException INVALID_REQUEST naming the field at fault, or CONTEXT_LENGTH_EXCEEDED
   */
  int[] tokens(LoadedModel model, DecodingSettings profile, Prompt prompt) {
    int[] ids =
        switch (prompt) {
          case Prompt.Chat chat -> {
            RenderedPrompt rendered = render(model, profile, chat);
            checkLength(model, rendered.text(), prompt.field());
            yield model.tokenizer().encode(rendered);
          }
          case Prompt.Text(String text, boolean special) -> {
            checkLength(model, text, prompt.field());
            yield model.tokenizer().encode(text, special, true);
          }
          case Prompt.Tokens(List<Integer> given) -> checked(model, given, "prompt");
        };
    if (ids.length == 0) {
      throw invalid("the prompt has no tokens; give at least one", prompt.field());
    }
    checkKnown(model, ids, prompt.field());
    return ids;
  }

  /** Some tokenizers have tokens that their model has no embedding of. */
  private static void checkKnown(LoadedModel model, int[] ids, String field) {
    int embeddings = model.config().vocabSize();
    for (int id : ids) {
      if (id >= embeddings) {
        throw invalid(
            "the tokenizer makes the token %d of this text, but the model has only %d; leave it out"
                .formatted(id, embeddings),
            field);
      }
    }
  }

  private static void checkLength(LoadedModel model, String text, String field) {
    int context = model.effective().contextLength();
    if (model.tokenizer().surelyExceeds(text, context)) {
      throw new EngineException(
          ErrorCode.CONTEXT_LENGTH_EXCEEDED,
          "this model's context holds %d tokens; a prompt of %d characters has more; shorten it"
              .formatted(context, text.length()),
          field,
          null);
    }
  }

  private RenderedPrompt render(LoadedModel model, DecodingSettings profile, Prompt.Chat chat) {
    ChatTemplate template = template(model, profile);
    if (template == null) {
      throw invalid(
          model.report().warnings().stream()
                  .filter(warning -> warning.contains("chat template"))
                  .findFirst()
                  .orElse("this model has no chat template")
              + "; use /v1/completions with a prompt",
          "messages");
    }
    Map<String, Object> kwargs = chat.kwargs();
    if (profile.chatTemplateKwargs() != null) {
      kwargs = new HashMap<>(profile.chatTemplateKwargs());
      kwargs.putAll(chat.kwargs());
    }
    try {
      RenderedPrompt rendered =
          template.render(
              withSystemPrompt(chat.messages(), profile.systemPrompt()),
              null,
              chat.addGenerationPrompt(),
              kwargs,
              clock.instant());
      return chat.continueFinal() ? open(rendered, chat.messages().getLast()) : rendered;
    } catch (ChatTemplateException e) {
      throw new EngineException(
          ErrorCode.INVALID_REQUEST,
          "the chat template refuses these messages: " + e.getMessage(),
          "messages",
          e);
    }
  }

  /** Cuts off what the template wrote after the text of the last message. */
  private static RenderedPrompt open(RenderedPrompt rendered, Map<String, Object> last) {
    String content = String.valueOf(last.get("content"));
    RenderedPrompt cut = rendered.upToMessage(content);
    if (cut == null) {
      // Many templates trim what they are given.
      cut = rendered.upToMessage(content.strip());
    }
    if (content.isBlank() || cut == null) {
      throw invalid(
          "'continue_final_message' needs a last message with a text that the chat template keeps"
              + " as it is",
          "continue_final_message");
    }
    return cut;
  }

  private @Nullable ChatTemplate template(LoadedModel model, DecodingSettings profile) {
    String source = profile.chatTemplate();
    if (source == null) {
      return model.chatTemplate();
    }
    if (overrides.size() > TEMPLATES_KEPT) {
      overrides.clear();
    }
    var tokenizer = model.tokenizer();
    return overrides.computeIfAbsent(
        new TemplateKey(source, tokenizer.bosToken(), tokenizer.eosToken()),
        key -> JinjaTemplate.compile(key.source(), key.bos(), key.eos()));
  }

  private static List<Map<String, Object>> withSystemPrompt(
      List<Map<String, Object>> messages, @Nullable String system) {
    if (system == null
        || messages.stream().anyMatch(message -> "system".equals(message.get("role")))) {
      return messages;
    }
    List<Map<String, Object>> all = new ArrayList<>(messages.size() + 1);
    all.add(Map.of("role", "system", "content", system));
    all.addAll(messages);
    return all;
  }

  static int[] checked(LoadedModel model, List<Integer> ids, String field) {
    int vocabulary = model.tokenizer().vocabSize();
    int[] out = new int[ids.size()];
    for (int i = 0; i < out.length; i++) {
      int id = ids.get(i);
      if (id < 0 || id >= vocabulary) {
        throw invalid(
            "%s has the token id %d; this model's are 0 to %d".formatted(field, id, vocabulary - 1),
            field);
      }
      out[i] = id;
    }
    return out;
  }

  private static EngineException invalid(String message, String field) {
    return new EngineException(ErrorCode.INVALID_REQUEST, message, field, null);
  }
}
