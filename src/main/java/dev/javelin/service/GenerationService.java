package dev.javelin.service;

import dev.javelin.engine.LoadedModel;
import dev.javelin.engine.beam.BeamParams;
import dev.javelin.engine.beam.BeamSearch;
import dev.javelin.engine.request.Dry;
import dev.javelin.engine.request.EngineException;
import dev.javelin.engine.request.ErrorCode;
import dev.javelin.engine.request.GenerationRequest;
import dev.javelin.engine.sampling.grammar.GrammarRule;
import dev.javelin.security.Caller;
import dev.javelin.security.QuotaExceededException;
import dev.javelin.security.Refusal;
import dev.javelin.tokenizer.Tokenizer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/**
 * Turns a call into running sequences. Blocks while it renders and tokenises: call it on a virtual
 * thread.
 */
@Service
public final class GenerationService {
  private final ModelRegistry registry;
  private final SamplingChoice choice;
  private final PromptBuilder prompts;
  private final RunningRequests running;
  private final CallWatch.Factory watches;
  private final Clock clock;

  GenerationService(
      ModelRegistry registry,
      SamplingChoice choice,
      PromptBuilder prompts,
      RunningRequests running,
      CallWatch.Factory watches,
      Clock clock) {
    this.registry = registry;
    this.choice = choice;
    this.prompts = prompts;
    this.running = running;
    this.watches = watches;
    this.clock = clock;
  }

  /**
   * Queues every sequence of the call, or none, and waits until what its answers must look like is
   * compiled.
   *
   * @param begun hears of the generation before that, so that a caller who leaves can end it
   * @throws EngineException with the code that fits: unknown model, a prompt that does not fit, a
   *     full queue
   * @throws ModelLoadingException while the model is on its way into memory
   * @throws Refusal if the caller may not use the model
   * @throws QuotaExceededException if the call does not fit into a limit of its key or tenant
   */
  public Generation start(GenerationCall call, Consumer<Generation> begun) {
    ModelRegistry.Serving serving = acquire(call.caller(), call.model());
    List<GenerationRequest> requests;
    Generation generation;
    GrammarRule rule = null;
    try {
      // First of all: under load, what is refused must not cost what is answered its time.
      serving.model().engine().checkRoom(call.terms().tenant());
      rule = rule(serving.model(), call.sampling());
      DecodingSettings profile = serving.route().decoding();
      if (call.beams() != null) {
        checkBeamSearch(serving.model(), profile);
      }
      SamplingOverrides sampling = choice.merged(call.sampling(), profile, serving.model());
      requests = requests(call, serving, sampling, rule);
      CallWatch watch = watches.begin(call, serving, requests);
      generation =
          new Generation(
              call, sampling, requests, serving.lease(), running, watch, clock.instant());
    } catch (RuntimeException e) {
      if (rule != null) {
        rule.release();
      }
      serving.lease().instance().breaker().releasePermission();
      serving.close();
      throw e;
    }
    if (rule != null) {
      generation.endsBy(rule::release);
    }
    running.add(generation);
    int submitted = 0;
    try {
      int each = call.beams() == null ? 1 : call.n();
      for (; submitted < requests.size(); submitted += each) {
        submit(generation, requests.get(submitted), submitted, call.beams());
      }
      begun.accept(generation);
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

  /** Begins sequence {@code index}, and where there is a beam search all that it gives. */
  private static void submit(
      Generation generation, GenerationRequest request, int index, @Nullable BeamParams beams) {
    LoadedModel model = generation.model();
    if (beams == null) {
      generation.endsBy(() -> model.engine().abort(request.id()));
      model.engine().submit(request, event -> generation.accept(index, event));
      return;
    }
    BeamSearch search =
        new BeamSearch(
            model.engine(), model.tokenizer(), request, beams, generation.searched(index));
    generation.endsBy(search::abort);
    search.start();
  }

  private List<GenerationRequest> requests(
      GenerationCall call,
      ModelRegistry.Serving serving,
      SamplingOverrides sampling,
      @Nullable GrammarRule rule) {
    LoadedModel model = serving.model();
    DecodingSettings profile = serving.route().decoding();
    checkTokenIds(model, sampling);
    Tokenizer tokenizer = model.tokenizer();
    Dry dry =
        WordTokens.withBreakers(
            tokenizer, SamplingChoice.dry(sampling), sampling.drySequenceBreakers());
    List<List<Integer>> badWords = WordTokens.badWords(tokenizer, sampling.badWords());
    long deadline = System.nanoTime() + call.terms().timeout().toNanos();
    List<GenerationRequest> requests = new ArrayList<>(call.sequences());
    for (Prompt prompt : call.prompts()) {
      int[] ids = prompts.tokens(model, profile, prompt);
      int room = room(model, profile, call.sampling(), prompt, ids.length);
      for (int i = 0; i < call.n(); i++) {
        requests.add(
            new GenerationRequest(
                Generation.sequenceId(call.id(), requests.size()),
                ids,
                SamplingChoice.params(sampling, room, i)
                    .dry(dry)
                    .badWords(badWords)
                    .rule(rule)
                    .logprobs(call.scores().answer())
                    .promptLogprobs(promptScores(call, prompt, i))
                    .build(),
                deadline,
                call.terms().tenant(),
                call.terms().priority(),
                call.terms().cacheSalt()));
      }
    }
    return requests;
  }

  /** A chat tells the scores of its prompt once, a completion in every choice. */
  private static int promptScores(GenerationCall call, Prompt prompt, int answer) {
    return prompt instanceof Prompt.Chat && answer > 0 ? Scores.NO : call.scores().prompt();
  }

  /** Most tokens that the context and the profile leave for an answer. */
  private static int room(
      LoadedModel model,
      DecodingSettings profile,
      SamplingOverrides given,
      Prompt prompt,
      int promptTokens) {
    int room = model.effective().contextLength() - promptTokens;
    Integer asked = given.maxTokens();
    if (room < 1 || (asked != null && asked > room)) {
      throw tooLong(model, promptTokens, asked == null ? 1 : asked, prompt.field());
    }
    Integer cap = profile.maxTokensCap();
    return cap == null ? room : Math.min(room, cap);
  }

  /**
   * @throws EngineException as {@link #start}
   */
  public int[] tokenize(Caller caller, String model, Prompt prompt) {
    try (var serving = acquire(caller, model)) {
      serving.lease().instance().breaker().releasePermission();
      return prompts.tokens(serving.model(), serving.route().decoding(), prompt);
    }
  }

  /**
   * @throws EngineException as {@link #start}
   */
  public String detokenize(Caller caller, String model, List<Integer> ids) {
    try (var serving = acquire(caller, model)) {
      serving.lease().instance().breaker().releasePermission();
      LoadedModel loaded = serving.model();
      return loaded.tokenizer().decode(PromptBuilder.checked(loaded, ids, "tokens"), false);
    }
  }

  private ModelRegistry.Serving acquire(Caller caller, String model) {
    if (!caller.mayUse(model)) {
      throw new Refusal(
          Refusal.Reason.MODEL_NOT_ALLOWED,
          "%s may not use the model '%s'".formatted(caller.name(), model));
    }
    return registry.acquire(model);
  }

  /** Begins to compile what the answers must look like; null if they may look like anything. */
  private static @Nullable GrammarRule rule(LoadedModel model, SamplingOverrides given) {
    SamplingOverrides.Structured structured = given.structured();
    if (structured == null) {
      return null;
    }
    if (Boolean.TRUE.equals(given.ignoreEos())) {
      throw incompatible("ignore_eos");
    }
    Integer least = given.minTokens();
    if (least != null && least > 0) {
      throw incompatible("min_tokens");
    }
    return model.engine().rule(structured.output());
  }

  private static EngineException incompatible(String field) {
    return new EngineException(
        ErrorCode.INVALID_REQUEST,
        field + " cannot be combined with a structured output, which ends when it is complete",
        field,
        null);
  }

  private static void checkBeamSearch(LoadedModel model, DecodingSettings profile) {
    if (profile.allowedFields() != null) {
      throw noBeamSearch("this model lets a request set only some sampling fields");
    }
    if (!model.effective().prefixCache()) {
      throw noBeamSearch("the model was loaded without a prefix cache, which it needs");
    }
  }

  private static EngineException noBeamSearch(String why) {
    return new EngineException(
        ErrorCode.INVALID_REQUEST,
        "use_beam_search is not possible here: " + why,
        "use_beam_search",
        null);
  }

  private static void checkTokenIds(LoadedModel model, SamplingOverrides sampling) {
    if (sampling.allowedTokenIds() != null) {
      PromptBuilder.checked(model, List.copyOf(sampling.allowedTokenIds()), "allowed_token_ids");
    }
    if (sampling.logitBias() != null) {
      PromptBuilder.checked(model, List.copyOf(sampling.logitBias().keySet()), "logit_bias");
    }
    if (sampling.stopTokenIds() != null) {
      PromptBuilder.checked(model, List.copyOf(sampling.stopTokenIds()), "stop_token_ids");
    }
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
