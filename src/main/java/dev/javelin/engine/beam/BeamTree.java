package dev.javelin.engine.beam;

import dev.javelin.engine.request.FinishReason;
import dev.javelin.engine.request.TokenLogprobs;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * The answers that one search follows, and those that it has found. Each step every followed answer
 * goes on with the likeliest twice {@code width} tokens: with an end token or a stop string it is
 * complete, and of the others the best {@code width} of all are followed on.
 */
final class BeamTree {
  private static final Comparator<Hypothesis> BEST_FIRST =
      Comparator.comparingDouble(Hypothesis::score).reversed();

  private final BeamParams params;
  private final int promptLength;
  private final int minTokens;
  private final int maxTokens;
  private final Set<Integer> endTokenIds;
  private final StopBytes stops;
  private List<Beam> open = List.of(Beam.EMPTY);
  private final List<Hypothesis> found = new ArrayList<>();

  /**
   * @param minTokens of an answer before it may end
   * @param maxTokens of an answer
   * @param stops strings that an answer is complete with, as it is with an end token
   */
  BeamTree(
      BeamParams params,
      int promptLength,
      int minTokens,
      int maxTokens,
      Set<Integer> endTokenIds,
      StopBytes stops) {
    this.params = params;
    this.promptLength = promptLength;
    this.minTokens = minTokens;
    this.maxTokens = maxTokens;
    this.endTokenIds = Set.copyOf(endTokenIds);
    this.stops = stops;
  }

  /** How many of the likeliest tokens {@link #grow} needs to know of each answer. */
  int candidates() {
    return 2 * params.width() + endTokenIds.size();
  }

  /** The answers to go on with; none once the search is over. */
  List<Beam> open() {
    return open;
  }

  /** The best answers found, the best first. */
  List<Hypothesis> found() {
    return List.copyOf(found);
  }

  /**
   * @param likeliest [open] a token of each open answer with the likeliest ones beside it
   * @param shown how many of these each token keeps
   */
  void grow(List<TokenLogprobs> likeliest, int shown) {
    List<Beam> longer = new ArrayList<>();
    for (int i = 0; i < open.size(); i++) {
      grow(open.get(i), likeliest.get(i), shown, longer);
    }
    longer.sort(Comparator.comparingDouble(Beam::logprob).reversed());
    open = keep(longer);
    trim();
    if (open.isEmpty() || decided()) {
      open = List.of();
    } else if (open.getFirst().length() == maxTokens) {
      for (Beam beam : open) {
        found.add(hypothesis(beam, FinishReason.LENGTH));
      }
      open = List.of();
      trim();
    }
  }

  private void grow(Beam beam, TokenLogprobs likeliest, int shown, List<Beam> longer) {
    int[] ids = likeliest.topTokenIds();
    float[] logprobs = likeliest.topLogprobs();
    int taken = 0;
    for (int i = 0; i < ids.length && taken < 2 * params.width(); i++) {
      boolean end = endTokenIds.contains(ids[i]);
      if (!end) {
        Beam grown = beam.with(token(ids, logprobs, i, shown));
        if (stops.completedBy(grown)) {
          found.add(hypothesis(grown, FinishReason.STOP));
        } else {
          longer.add(grown);
        }
      } else if (beam.length() >= minTokens) {
        double score = score(beam.logprob() + logprobs[i], beam);
        found.add(new Hypothesis(beam, score, FinishReason.STOP, beam.length() + 1));
      } else {
        continue;
      }
      taken++;
    }
  }

  private static TokenLogprobs token(int[] ids, float[] logprobs, int i, int shown) {
    int rank = i + 1;
    while (rank < logprobs.length && logprobs[rank] == logprobs[i]) {
      rank++;
    }
    int n = Math.min(shown, ids.length);
    return new TokenLogprobs(
        ids[i], logprobs[i], rank, Arrays.copyOf(ids, n), Arrays.copyOf(logprobs, n));
  }

  /** An answer that has no end token. */
  private Hypothesis hypothesis(Beam beam, FinishReason reason) {
    return new Hypothesis(beam, score(beam.logprob(), beam), reason, beam.length());
  }

  private double score(double logprob, Beam beam) {
    return params.score(logprob, promptLength + beam.length());
  }

  private List<Beam> keep(List<Beam> longer) {
    return List.copyOf(longer.subList(0, Math.min(params.width(), longer.size())));
  }

  private void trim() {
    found.sort(BEST_FIRST);
    if (found.size() > params.width()) {
      found.subList(params.width(), found.size()).clear();
    }
  }

  private boolean decided() {
    if (found.size() < params.width()) {
      return false;
    }
    Beam best = open.getFirst();
    int length = promptLength + best.length();
    double hope =
        switch (params.earlyStopping()) {
          case WHEN_COMPLETE -> Double.NEGATIVE_INFINITY;
          case WHEN_UNLIKELY -> params.score(best.logprob(), length);
          case WHEN_DECIDED -> params.attainable(best.logprob(), length, promptLength + maxTokens);
        };
    return found.getLast().score() >= hope;
  }
}
