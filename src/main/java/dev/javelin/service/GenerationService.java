package dev.javelin.service;

import dev.javelin.catalog.Catalog;
import dev.javelin.catalog.DecodingDefaults;
import dev.javelin.engine.LoadedModel;
import dev.javelin.engine.request.EngineException;
import dev.javelin.engine.request.ErrorCode;
import dev.javelin.engine.request.GenerationRequest;
import dev.javelin.engine.request.SamplingParams;
import dev.javelin.engine.request.TokenRule;
import dev.javelin.engine.sampling.grammar.GrammarRule;
import dev.javelin.security.Caller;
import dev.javelin.security.QuotaExceededException;
import dev.javelin.security.Refusal;
import dev.javelin.tokenizer.ChatTemplate;
import dev.javelin.tokenizer.ChatTemplateException;
import dev.javelin.tokenizer.RenderedPrompt;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/**
 * Turns a call into running sequences. Blocks while it renders, tokenises and reads defaults: call
 * it on a virtual thread.
 */
@Service
public final class GenerationService {
  private final ModelRegistry registry;
  private final Catalog catalog;
  private final CallWatch.Factory watches;
  private final Clock clock;

  GenerationService(
      ModelRegistry registry, Catalog catalog, CallWatch.Factory watches, Clock clock) {
    this.registry = registry;
    this.catalog = catalog;
    this.watches = watches;
    this.clock = clock;
  }

  /**
   * Queues every sequence of the call, or none.
   *
   * @throws EngineException with the code that fits: unknown or loading model, a prompt that does
   *     not fit, a full queue
   * @throws Refusal if the caller may not use the model
   * @throws QuotaExceededException if the call does not fit into a limit of its key or tenant
   */
  public Generation start(GenerationCall call) {
    LoadedModel model = require(call.caller(), call.model());
    checkTokenIds(model, call.sampling());
    GrammarRule rule = rule(model, call.sampling());
    DecodingDefaults defaults =
        catalog.defaults(call.model()).orElse(DecodingDefaults.of(model.generationDefaults()));
    long deadline = System.nanoTime() + call.terms().timeout().toNanos();
    List<GenerationRequest> requests = new ArrayList<>(call.sequences());
    for (Prompt prompt : call.prompts()) {
      int[] ids = tokenize(model, prompt);
      for (int i = 0; i < call.n(); i++) {
        int index = requests.size();
        SamplingParams sampling =
            sampling(model, call.sampling(), rule, defaults, prompt, ids.length, i);
        requests.add(
            new GenerationRequest(
                Generation.sequenceId(call.id(), index),
                ids,
                sampling,
                deadline,
                call.terms().tenant(),
                call.terms().priority(),
                call.terms().cacheSalt()));
      }
    }
    String version = String.valueOf(model.path().getFileName());
    CallWatch watch = watches.begin(call, version, requests);
    Generation generation = new Generation(model.engine(), call.id(), call.sequences(), watch);
    int submitted = 0;
    try {
      for (GenerationRequest request : requests) {
        int index = submitted;
        model.engine().submit(request, event -> generation.accept(index, event));
        submitted++;
      }
      SamplingOverrides.Structured structured = call.sampling().structured();
      if (rule != null && structured != null) {
        rule.await(structured.field());
      }
    } catch (RuntimeException e) {
      generation.abort();
      generation.ended(requests.size() - submitted);
      throw e;
    } catch (InterruptedException e) {
      generation.abort();
      Thread.currentThread().interrupt();
      throw new EngineException(
          ErrorCode.SHUTTING_DOWN, "the server stopped waiting for the grammar", null, e);
    }
    return generation;
  }

  /**
   * @throws EngineException as {@link #start}
   */
  public int[] tokenize(Caller caller, String model, Prompt prompt) {
    return tokenize(require(caller, model), prompt);
  }

  /**
   * @throws EngineException as {@link #start}
   */
  public String detokenize(Caller caller, String model, List<Integer> ids) {
    LoadedModel loaded = require(caller, model);
    return loaded.tokenizer().decode(checked(loaded, ids, "tokens"), false);
  }

  private LoadedModel require(Caller caller, String model) {
    if (!caller.mayUse(model)) {
      throw new Refusal(
          Refusal.Reason.MODEL_NOT_ALLOWED,
          "%s may not use the model '%s'".formatted(caller.name(), model));
    }
    return registry.require(model);
  }

  private int[] tokenize(LoadedModel model, Prompt prompt) {
    int[] ids =
        switch (prompt) {
          case Prompt.Chat chat -> model.tokenizer().encode(render(model, chat));
          case Prompt.Text(String text, boolean special) ->
              model.tokenizer().encode(text, special, true);
          case Prompt.Tokens(List<Integer> given) -> checked(model, given, "prompt");
        };
    if (ids.length == 0) {
      throw invalid("the prompt has no tokens; give at least one", prompt.field());
    }
    return ids;
  }

  private RenderedPrompt render(LoadedModel model, Prompt.Chat chat) {
    ChatTemplate template = model.chatTemplate();
    if (template == null) {
      throw invalid(
          "this model has no chat template; use /v1/completions with a prompt", "messages");
    }
    try {
      return template.render(
          chat.messages(), null, chat.addGenerationPrompt(), chat.kwargs(), clock.instant());
    } catch (ChatTemplateException e) {
      throw new EngineException(
          ErrorCode.INVALID_REQUEST,
          "the chat template refuses these messages: " + e.getMessage(),
          "messages",
          e);
    }
  }

  private static SamplingParams sampling(
      LoadedModel model,
      SamplingOverrides given,
      @Nullable TokenRule rule,
      DecodingDefaults defaults,
      Prompt prompt,
      int promptTokens,
      int answer) {
    int room = model.effective().contextLength() - promptTokens;
    if (room < 1) {
      throw tooLong(model, promptTokens, 1, prompt.field());
    }
    Integer asked = given.maxTokens();
    if (asked != null && asked > room) {
      throw tooLong(model, promptTokens, asked, prompt.field());
    }
    Integer usual = defaults.maxTokens();
    int maxTokens = asked != null ? asked : usual != null ? Math.min(usual, room) : room;
    if (given.minTokens() > maxTokens) {
      throw invalid(
          "min_tokens is %d but at most %d tokens may be generated"
              .formatted(given.minTokens(), maxTokens),
          "min_tokens");
    }
    Long seed = given.seed();
    return SamplingParams.builder()
        .temperature(first(given.temperature(), defaults.temperature(), 1f))
        .topK(first(given.topK(), defaults.topK(), 0))
        .topP(first(given.topP(), defaults.topP(), 1f))
        .minP(first(given.minP(), defaults.minP(), 0f))
        .repetitionPenalty(first(given.repetitionPenalty(), defaults.repetitionPenalty(), 1f))
        .frequencyPenalty(first(given.frequencyPenalty(), defaults.frequencyPenalty(), 0f))
        .presencePenalty(first(given.presencePenalty(), defaults.presencePenalty(), 0f))
        .logitBias(given.logitBias())
        .rule(rule)
        .seed(seed == null ? OptionalLong.empty() : OptionalLong.of(seed + answer))
        .maxTokens(maxTokens)
        .minTokens(given.minTokens())
        .stop(given.stop())
        .stopTokenIds(given.stopTokenIds())
        .ignoreEos(given.ignoreEos())
        .includeStop(given.includeStop())
        .skipSpecialTokens(given.skipSpecialTokens())
        .build();
  }

  /** Begins to compile what the answers must look like; null if they may look like anything. */
  private static @Nullable GrammarRule rule(LoadedModel model, SamplingOverrides given) {
    SamplingOverrides.Structured structured = given.structured();
    if (structured == null) {
      return null;
    }
    if (given.ignoreEos()) {
      throw invalid(
          "ignore_eos cannot be combined with a structured output, which ends when it is complete",
          "ignore_eos");
    }
    if (given.minTokens() > 0) {
      throw invalid(
          "min_tokens cannot be combined with a structured output, which ends when it is complete",
          "min_tokens");
    }
    return model.engine().rule(structured.output());
  }

  private static <T> T first(@Nullable T given, @Nullable T stored, T otherwise) {
    return given != null ? given : stored != null ? stored : otherwise;
  }

  private static void checkTokenIds(LoadedModel model, SamplingOverrides sampling) {
    checked(model, List.copyOf(sampling.logitBias().keySet()), "logit_bias");
    checked(model, List.copyOf(sampling.stopTokenIds()), "stop_token_ids");
  }

  private static int[] checked(LoadedModel model, List<Integer> ids, String field) {
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

  private static EngineException tooLong(
      LoadedModel model, int promptTokens, int answer, String field) {
    return new EngineException(
        ErrorCode.CONTEXT_LENGTH_EXCEEDED,
        "this model's context holds %d tokens; the prompt has %d and %d more were asked for; shorten it or lower max_tokens"
            .formatted(model.effective().contextLength(), promptTokens, answer),
        field,
        null);
  }
}
