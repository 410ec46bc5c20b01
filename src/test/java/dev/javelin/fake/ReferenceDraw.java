package dev.javelin.fake;

import dev.javelin.backend.Ops;
import dev.javelin.backend.TokenDraws;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** {@link TokenDraws} word by word, with a sort. */
final class ReferenceDraw {
  private ReferenceDraw() {}

  private record Candidate(int token, float logit, double weight) {}

  static int token(float[] logits, TokenDraws draws, int row) {
    List<Candidate> sorted = new ArrayList<>();
    float largest = Float.NEGATIVE_INFINITY;
    for (float logit : logits) {
      if (Float.isNaN(logit) || logit == Float.POSITIVE_INFINITY) {
        return Ops.NO_MAXIMUM;
      }
      largest = Math.max(largest, logit);
    }
    if (largest == Float.NEGATIVE_INFINITY) {
      return Ops.NO_MAXIMUM;
    }
    for (int token = 0; token < logits.length; token++) {
      double score = ((double) logits[token] - largest) / draws.temperature[row];
      sorted.add(new Candidate(token, logits[token], Math.exp(score)));
    }
    sorted.sort(
        Comparator.comparingDouble(Candidate::logit).reversed().thenComparing(Candidate::token));
    if (draws.temperature[row] == 0) {
      return sorted.getFirst().token();
    }
    int k = draws.topK[row];
    if (k > 0 && k < sorted.size()) {
      float least = sorted.get(k - 1).logit();
      sorted.removeIf(candidate -> candidate.logit() < least);
    }
    sorted.removeIf(candidate -> candidate.weight() == 0 || candidate.weight() < draws.minP[row]);
    if (draws.topP[row] < 1) {
      double wanted = draws.topP[row] * sum(sorted);
      double reached = 0;
      int kept = 0;
      while (kept == 0 || (kept < sorted.size() && reached < wanted)) {
        reached += sorted.get(kept++).weight();
      }
      sorted = sorted.subList(0, kept);
    } else {
      sorted.sort(Comparator.comparing(Candidate::token));
    }
    double left = draws.uniform[row] * sum(sorted);
    for (Candidate candidate : sorted) {
      left -= candidate.weight();
      if (left < 0) {
        return candidate.token();
      }
    }
    return sorted.getLast().token();
  }

  private static double sum(List<Candidate> candidates) {
    return candidates.stream().mapToDouble(Candidate::weight).sum();
  }
}
