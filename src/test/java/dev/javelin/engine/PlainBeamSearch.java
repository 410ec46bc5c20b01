package dev.javelin.engine;

import dev.javelin.engine.beam.BeamParams;
import dev.javelin.engine.request.FinishReason;
import dev.javelin.engine.request.GenerationRequest;
import dev.javelin.engine.request.SamplingParams;
import dev.javelin.engine.request.SamplingParamsBuilder;
import dev.javelin.engine.request.TokenLogprobs;
import dev.javelin.fake.AsciiTokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What beam search has to find, written out over lists and an engine that is asked for one token at
 * a time.
 */
final class PlainBeamSearch {
  private PlainBeamSearch() {}

  /** An answer as a plain list, and what it is ordered by. */
  record Found(List<Integer> tokens, double score, FinishReason reason) {
    /** Where the score was the logprob so far. */
    Found scored(BeamParams params, int promptLength) {
      return new Found(tokens, params.score(score, promptLength + tokens.size()), reason);
    }
  }

  static final Comparator<Found> BEST_FIRST = Comparator.comparingDouble(Found::score).reversed();

  /** Every answer of at most {@code length} of {@code words}, its logprob as that of a prompt. */
  static List<Found> everyAnswer(Engine engine, int[] prompt, List<Integer> words, int length) {
    List<Found> all = new ArrayList<>();
    List<List<Integer>> open = List.of(List.of());
    for (int n = 1; n <= length; n++) {
      List<List<Integer>> longer = new ArrayList<>();
      for (List<Integer> before : open) {
        for (int word : words) {
          List<Integer> tokens = Stream.concat(before.stream(), Stream.of(word)).toList();
          double logprob = logprob(engine, prompt, tokens);
          if (word == AsciiTokenizer.EOS) {
            all.add(new Found(before, logprob, FinishReason.STOP));
          } else if (n == length) {
            all.add(new Found(tokens, logprob, FinishReason.LENGTH));
          } else {
            longer.add(tokens);
          }
        }
      }
      open = longer;
    }
    return all;
  }

  private static double logprob(Engine engine, int[] prompt, List<Integer> answer) {
    Answer scored = new Answer();
    engine.submit(request(with(prompt, answer), sampling(1).promptLogprobs(0)), scored);
    List<TokenLogprobs> tokens = scored.promptLogprobs();
    return tokens.subList(prompt.length - 1, tokens.size()).stream()
        .mapToDouble(TokenLogprobs::logprob)
        .sum();
  }

  static TokenLogprobs next(Engine engine, int[] prompt, List<Integer> answer, int n) {
    Answer one = new Answer();
    engine.submit(request(with(prompt, answer), sampling(1).ignoreEos(true).logprobs(n)), one);
    return one.logprobs().getFirst();
  }

  /**
   * The search as vLLM writes it, over lists, with an engine that forgets each request.
   *
   * @param stop ends an answer as an end token does; empty: none
   */
  static List<Found> search(
      Engine engine,
      BeamParams params,
      int[] prompt,
      int maxTokens,
      int minTokens,
      Set<Integer> ends,
      String stop) {
    record Open(List<Integer> tokens, double logprob) {}
    List<Found> complete = new ArrayList<>();
    List<Open> beams = List.of(new Open(List.of(), 0));
    for (int n = 1; n <= maxTokens; n++) {
      List<Open> longer = new ArrayList<>();
      for (Open beam : beams) {
        TokenLogprobs next = next(engine, prompt, beam.tokens(), 2 * params.width() + ends.size());
        int taken = 0;
        for (int i = 0; taken < 2 * params.width(); i++) {
          int id = next.topTokenIds()[i];
          double logprob = beam.logprob() + next.topLogprobs()[i];
          if (!ends.contains(id)) {
            List<Integer> tokens = Stream.concat(beam.tokens().stream(), Stream.of(id)).toList();
            if (!stop.isEmpty() && n > minTokens && text(tokens, minTokens).contains(stop)) {
              double score = params.score(logprob, prompt.length + n);
              complete.add(new Found(tokens, score, FinishReason.STOP));
            } else {
              longer.add(new Open(tokens, logprob));
            }
            taken++;
          } else if (n > minTokens) {
            double score = params.score(logprob, prompt.length + n - 1);
            complete.add(new Found(beam.tokens(), score, FinishReason.STOP));
            taken++;
          }
        }
      }
      longer.sort(Comparator.comparingDouble(Open::logprob).reversed());
      beams = longer.subList(0, params.width());
      complete.sort(BEST_FIRST);
      if (complete.size() >= params.width()) {
        double worst = complete.get(params.width() - 1).score();
        double best = beams.getFirst().logprob();
        double now = params.score(best, prompt.length + n);
        double ever =
            params.lengthPenalty() > 0 ? params.score(best, prompt.length + maxTokens) : now;
        boolean decided =
            switch (params.earlyStopping()) {
              case WHEN_COMPLETE -> true;
              case WHEN_UNLIKELY -> worst >= now;
              case WHEN_DECIDED -> worst >= ever;
            };
        if (decided) {
          return complete.subList(0, params.width());
        }
      }
    }
    for (Open beam : beams) {
      double score = params.score(beam.logprob(), prompt.length + maxTokens);
      complete.add(new Found(beam.tokens(), score, FinishReason.LENGTH));
    }
    return complete.stream().sorted(BEST_FIRST).limit(params.width()).toList();
  }

  /** Of the tokens after {@code first}; each is a character. */
  static String text(List<Integer> tokens, int first) {
    return tokens.stream().skip(first).map(Character::toString).collect(Collectors.joining());
  }

  private static int requests;

  static GenerationRequest request(int[] prompt, SamplingParamsBuilder sampling) {
    return new GenerationRequest("b" + requests++, prompt, sampling.build(), Long.MAX_VALUE);
  }

  static SamplingParamsBuilder sampling(int maxTokens) {
    return SamplingParams.builder().temperature(0).maxTokens(maxTokens);
  }

  private static int[] with(int[] prompt, List<Integer> answer) {
    return IntStream.concat(Arrays.stream(prompt), answer.stream().mapToInt(Integer::intValue))
        .toArray();
  }
}
