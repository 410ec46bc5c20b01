package dev.javelin.engine.output;

import dev.javelin.engine.request.FinishReason;
import dev.javelin.engine.request.GenerationEvent.Finished;
import dev.javelin.engine.request.GenerationEvent.PromptScored;
import dev.javelin.engine.request.GenerationEvent.TextDelta;
import dev.javelin.engine.request.SamplingParams;
import dev.javelin.engine.request.Timings;
import dev.javelin.engine.request.TokenLogprobs;
import dev.javelin.engine.request.Usage;
import dev.javelin.tokenizer.IncrementalDecoder;
import dev.javelin.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** One answer as it grows: decoder, stop strings, counts. Output thread only. */
final class AnswerText {
  private final RequestOutput output;
  private final IncrementalDecoder decoder;
  private final StopMatcher stops;
  private final int minTokens;
  private int[] pending = new int[8];
  private int numPending;
  private final List<TokenLogprobs> pendingLogprobs = new ArrayList<>();
  private final List<TokenLogprobs> promptLogprobs = new ArrayList<>();
  private int completionTokens;
  private long firstTokenNanos;

  AnswerText(RequestOutput output, Tokenizer tokenizer) {
    this.output = output;
    SamplingParams sampling = output.request.sampling();
    decoder = tokenizer.decoder(sampling.skipSpecialTokens());
    stops = new StopMatcher(sampling.stop(), sampling.includeStop());
    minTokens = sampling.minTokens();
  }

  /** Takes the scores of some of the prompt's tokens; tells them once all are here. */
  void accept(OutputItem.ScoredPrompt scored) {
    promptLogprobs.addAll(scored.logprobs());
    if (promptLogprobs.size() == output.request.promptTokenIds().length - 1) {
      output.listener.onEvent(new PromptScored(List.copyOf(promptLogprobs)));
      promptLogprobs.clear();
    }
  }

  /** A prompt of one token has nothing to score, but who asked is told. */
  private void tellUnscoredPrompt() {
    if (output.request.sampling().promptLogprobs() >= 0
        && output.request.promptTokenIds().length == 1) {
      output.listener.onEvent(new PromptScored(List.of()));
    }
  }

  /** Takes a token; true if a stop string is now complete. */
  boolean accept(OutputItem.Token token) {
    if (completionTokens++ == 0) {
      tellUnscoredPrompt();
      firstTokenNanos = token.sampledNanos() - output.submittedNanos;
    }
    if (token.endToken()) {
      return false;
    }
    if (numPending == pending.length) {
      pending = Arrays.copyOf(pending, numPending * 2);
    }
    pending[numPending++] = token.tokenId();
    if (token.logprobs() != null) {
      pendingLogprobs.add(token.logprobs());
    }
    String text = decoder.next(token.tokenId());
    String out = completionTokens <= minTokens ? text : stops.accept(text);
    if (!out.isEmpty()) {
      tell(out);
    }
    return stops.matched();
  }

  /** Tells the text held back; gives the last event. */
  Finished finish(FinishReason reason) {
    FinishReason told = reason;
    String rest = "";
    if (!stops.matched()) {
      rest = stops.accept(decoder.flush());
      // A stop string may be completed by the replacement of a character left open.
      told = stops.matched() && reason == FinishReason.LENGTH ? FinishReason.STOP : reason;
      rest += stops.flush();
    }
    if (!rest.isEmpty() || numPending > 0) {
      tell(rest);
    }
    long now = System.nanoTime();
    return new Finished(
        told,
        new Usage(output.request.promptLength(), completionTokens, output.cachedTokens()),
        new Timings(output.queuedNanos(now), firstTokenNanos, now - output.submittedNanos));
  }

  private void tell(String text) {
    int[] tokens = Arrays.copyOf(pending, numPending);
    List<TokenLogprobs> logprobs = List.copyOf(pendingLogprobs);
    numPending = 0;
    pendingLogprobs.clear();
    output.listener.onEvent(new TextDelta(text, tokens, logprobs));
  }
}
