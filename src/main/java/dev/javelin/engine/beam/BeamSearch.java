package dev.javelin.engine.beam;

import dev.javelin.engine.Engine;
import dev.javelin.engine.output.StopMatcher;
import dev.javelin.engine.request.EngineException;
import dev.javelin.engine.request.ErrorCode;
import dev.javelin.engine.request.FinishReason;
import dev.javelin.engine.request.GenerationEvent;
import dev.javelin.engine.request.GenerationEvent.Failed;
import dev.javelin.engine.request.GenerationEvent.Finished;
import dev.javelin.engine.request.GenerationEvent.PromptScored;
import dev.javelin.engine.request.GenerationEvent.TextDelta;
import dev.javelin.engine.request.GenerationRequest;
import dev.javelin.engine.request.GenerationRequest.Continued;
import dev.javelin.engine.request.SamplingParams;
import dev.javelin.engine.request.Timings;
import dev.javelin.engine.request.TokenLogprobs;
import dev.javelin.engine.request.Usage;
import dev.javelin.tokenizer.IncrementalDecoder;
import dev.javelin.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Looks for the likeliest answers to one prompt: several are followed at once, each step by a
 * request for one token. What they have in common stays in the engine's prefix cache, so that each
 * computes the tokens of its last block only. Of the sampling parameters it heeds the rule, allowed
 * tokens, bad words, end tokens, stop strings, lengths and logprobs; nothing is drawn. Thread-safe;
 * works on the engine's output thread.
 */
public final class BeamSearch {
  private static final System.Logger LOG = System.getLogger(BeamSearch.class.getName());

  /** Hears what was found, on the engine's output thread; must not block. */
  public interface Listener {
    /**
     * An event of the answer {@code rank}, 0 for the best. The events of an answer come as those of
     * a request do, once the search is over.
     */
    void onEvent(int rank, GenerationEvent event);

    /** There are so many answers less than were wanted: no more can be given. */
    void onAbsent(int answers);
  }

  private final Engine engine;
  private final Tokenizer tokenizer;
  private final GenerationRequest request;
  private final BeamParams params;
  private final Listener listener;
  private final BeamTree tree;
  private final long startedNanos = System.nanoTime();
  private final List<String> running = new ArrayList<>();
  private final List<TokenLogprobs> likeliest = new ArrayList<>();
  private int pending;
  private @Nullable Finished first;
  private @Nullable PromptScored scored;
  private @Nullable Failed failure;
  private boolean cancelled;

  /**
   * @param request for one answer; its id is the first step's, and those of the others begin with
   *     it
   * @throws EngineException INVALID_REQUEST naming a field that a search cannot heed
   */
  public BeamSearch(
      Engine engine,
      Tokenizer tokenizer,
      GenerationRequest request,
      BeamParams params,
      Listener listener) {
    this.engine = engine;
    this.tokenizer = tokenizer;
    this.request = request;
    this.params = params;
    this.listener = listener;
    SamplingParams sampling = request.sampling();
    if (!sampling.logitBias().isEmpty()) {
      throw invalid(
          "logit_bias",
          "logit_bias cannot be combined with use_beam_search, which orders answers by the"
              + " likelihood that the model gave them; leave it out, or empty");
    }
    Set<Integer> ends = new HashSet<>(sampling.stopTokenIds());
    if (!sampling.ignoreEos()) {
      ends.addAll(tokenizer.eosTokenIds());
    }
    int length = request.promptTokenIds().length;
    StopBytes stops =
        new StopBytes(
            tokenizer, sampling.stop(), sampling.minTokens(), sampling.skipSpecialTokens());
    tree = new BeamTree(params, length, sampling.minTokens(), sampling.maxTokens(), ends, stops);
    if (tree.candidates() > SamplingParams.MAX_LOGPROBS) {
      throw invalid(
          "stop_token_ids",
          "stop_token_ids holds too many tokens for a beam search of width " + params.width());
    }
  }

  private static EngineException invalid(String field, String message) {
    return new EngineException(ErrorCode.INVALID_REQUEST, message, field, null);
  }

  /**
   * Begins.
   *
   * @throws EngineException as {@link Engine#submit}; then no event comes
   */
  public synchronized void start() {
    if (cancelled) {
      conclude();
      return;
    }
    submit(0, tree.open().getFirst());
  }

  /** Ends the search; every answer ends as cancelled. */
  public synchronized void abort() {
    cancelled = true;
    running.forEach(engine::abort);
  }

  private void submit(int index, Beam beam) {
    int answered = beam.length();
    String id = answered == 0 ? request.id() : "%s.%d.%d".formatted(request.id(), answered, index);
    GenerationRequest one =
        new GenerationRequest(
            id,
            beam.behind(request.promptTokenIds()),
            oneToken(answered),
            request.deadlineNanos(),
            request.tenant(),
            request.priority(),
            request.cacheSalt(),
            new Continued(answered, startedNanos));
    likeliest.add(NONE);
    engine.submit(one, event -> hear(index, event));
    running.add(id);
    pending++;
  }

  private static final TokenLogprobs NONE =
      new TokenLogprobs(0, Float.NEGATIVE_INFINITY, 0, new int[0], new float[0]);

  /** Parameters for the one token after {@code answered}. End tokens are candidates like others. */
  private SamplingParams oneToken(int answered) {
    SamplingParams given = request.sampling();
    boolean masked =
        given.rule() != null || given.allowedTokenIds() != null || !given.badWords().isEmpty();
    return SamplingParams.builder()
        .temperature(0)
        .rule(given.rule())
        .allowedTokenIds(given.allowedTokenIds())
        .badWords(given.badWords())
        .maxTokens(answered + 1)
        .ignoreEos(true)
        .skipSpecialTokens(given.skipSpecialTokens())
        .logprobs(Math.max(given.logprobs(), tree.candidates()))
        .promptLogprobs(answered == 0 ? given.promptLogprobs() : SamplingParams.NO_LOGPROBS)
        .allowedOnly(masked)
        .build();
  }

  private synchronized void hear(int index, GenerationEvent event) {
    switch (event) {
      case PromptScored prompt -> scored = prompt;
      case TextDelta delta -> {
        if (!delta.logprobs().isEmpty()) {
          likeliest.set(index, delta.logprobs().getFirst());
        }
      }
      case Finished finished -> {
        cancelled |= finished.reason() == FinishReason.CANCELLED;
        first = first == null ? finished : first;
        ended();
      }
      case Failed failed -> {
        fail(failed);
        ended();
      }
    }
  }

  private void fail(Failed failed) {
    if (failure == null) {
      failure = failed;
      running.forEach(engine::abort);
    }
  }

  private void ended() {
    pending--;
    if (pending > 0) {
      return;
    }
    try {
      if (failure == null && !cancelled) {
        step();
      }
    } catch (EngineException e) {
      fail(new Failed(e.code(), String.valueOf(e.getMessage())));
    } catch (RuntimeException | Error e) {
      LOG.log(System.Logger.Level.ERROR, "the beam search " + request.id() + " failed", e);
      fail(new Failed(ErrorCode.INTERNAL, "the beam search failed"));
    }
    if (pending == 0) {
      conclude();
    }
  }

  /** Takes what the requests of a step gave, and makes those of the next. */
  private void step() {
    tree.grow(likeliest, Math.max(0, request.sampling().logprobs()));
    running.clear();
    likeliest.clear();
    List<Beam> open = tree.open();
    for (int i = 0; i < open.size(); i++) {
      submit(i, open.get(i));
    }
  }

  private void conclude() {
    Failed failed = failure;
    if (failed == null && !cancelled) {
      try {
        tellFound();
        return;
      } catch (RuntimeException | Error e) {
        LOG.log(System.Logger.Level.ERROR, "the beam search " + request.id() + " failed", e);
        failed = new Failed(ErrorCode.INTERNAL, "the answers could not be turned into text");
      }
    }
    GenerationEvent last =
        failed != null ? failed : new Finished(FinishReason.CANCELLED, usage(0), timings());
    for (int rank = 0; rank < params.width(); rank++) {
      listener.onEvent(rank, last);
    }
  }

  /** Makes every answer's text before it tells the first. */
  private void tellFound() {
    List<Hypothesis> found = tree.found();
    List<TextDelta> texts = found.stream().map(this::text).toList();
    for (int rank = 0; rank < texts.size(); rank++) {
      if (scored != null) {
        listener.onEvent(rank, scored);
      }
      if (texts.get(rank).tokenIds().length > 0) {
        listener.onEvent(rank, texts.get(rank));
      }
      Hypothesis hypothesis = found.get(rank);
      listener.onEvent(
          rank, new Finished(hypothesis.reason(), usage(hypothesis.completionTokens()), timings()));
    }
    if (found.size() < params.width()) {
      listener.onAbsent(params.width() - found.size());
    }
  }

  private TextDelta text(Hypothesis hypothesis) {
    List<TokenLogprobs> tokens = hypothesis.beam().tokens();
    SamplingParams sampling = request.sampling();
    IncrementalDecoder decoder = tokenizer.decoder(sampling.skipSpecialTokens());
    StopMatcher stops = new StopMatcher(sampling.stop(), sampling.includeStop());
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < tokens.size(); i++) {
      String piece = decoder.next(tokens.get(i).tokenId());
      text.append(i < sampling.minTokens() ? piece : stops.accept(piece));
    }
    text.append(stops.accept(decoder.flush())).append(stops.flush());
    return new TextDelta(
        text.toString(),
        tokens.stream().mapToInt(TokenLogprobs::tokenId).toArray(),
        sampling.logprobs() < 0 ? List.of() : tokens);
  }

  private Usage usage(int completionTokens) {
    int cached = first == null ? 0 : first.usage().cachedTokens();
    return new Usage(request.promptTokenIds().length, completionTokens, cached);
  }

  private Timings timings() {
    long total = System.nanoTime() - startedNanos;
    return first == null
        ? new Timings(total, 0, total)
        : new Timings(first.timings().queuedNanos(), first.timings().firstTokenNanos(), total);
  }
}
