package dev.javelin.engine.sampling;

import java.util.Arrays;

/**
 * The tokens still in play. A candidate's score is its logit's distance from the best over the
 * temperature, at most 0; its weight is exp(score), a probability up to a common factor. Reused
 * every step.
 */
final class Candidates {
  private static final double LOG2 = Math.log(2);

  /** Keys are counted in buckets of 1/8, the last of which has no end. */
  private static final int BUCKETS = 256;

  private static final int BUCKETS_PER_KEY = 8;

  private final int[] ids;
  private final double[] scores;
  private final double[] weights;

  /** What {@link #keepMass} orders by, the smallest first, of equal ones the lower token. */
  private final double[] keys;

  private final double[] masses = new double[BUCKETS];
  private int size;

  Candidates(int vocabSize) {
    ids = new int[vocabSize];
    scores = new double[vocabSize];
    weights = new double[vocabSize];
    keys = new double[vocabSize];
  }

  static long bytes(int vocabSize) {
    return (Integer.BYTES + 3L * Double.BYTES) * vocabSize;
  }

  int size() {
    return size;
  }

  int id(int index) {
    return ids[index];
  }

  /** Probability of candidate {@code index} times {@link #totalWeight}. */
  double weight(int index) {
    return weights[index];
  }

  double totalWeight() {
    double total = 0;
    for (int i = 0; i < size; i++) {
      total += weights[i];
    }
    return total;
  }

  /**
   * Takes every token of some probability.
   *
   * @param max the largest logit
   * @param temperature above 0
   * @param least the least logit that is taken
   */
  void fill(float[] logits, int offset, int vocabSize, float max, float temperature, float least) {
    size = 0;
    for (int id = 0; id < vocabSize; id++) {
      float logit = logits[offset + id];
      if (logit >= least) {
        // The difference first: a logit over a tiny temperature would overflow.
        double score = ((double) logit - max) / temperature;
        double weight = FastExp.exp(score);
        if (weight > 0) {
          ids[size] = id;
          scores[size] = score;
          weights[size++] = weight;
        }
      }
    }
  }

  void keepMinP(float minP) {
    keepWeights(minP);
  }

  /** Keeps what has the probability {@code least}, and in any case the best. */
  void keepEpsilon(float least) {
    keepWeights(least * totalWeight());
  }

  /** Keeps what weighs {@code least}, and in any case the best. */
  private void keepWeights(double least) {
    double most = 0;
    for (int i = 0; i < size; i++) {
      most = Math.max(most, weights[i]);
    }
    double bound = Math.min(least, most);
    int kept = 0;
    for (int i = 0; i < size; i++) {
      if (weights[i] >= bound) {
        move(i, kept++);
      }
    }
    size = kept;
  }

  /** Keeps the smallest set of the best whose probability reaches {@code p}. */
  void keepTopP(float p) {
    for (int i = 0; i < size; i++) {
      keys[i] = -scores[i];
    }
    keepMass(p, false);
  }

  /**
   * Keeps the smallest set, of tokens whose surprise is nearest to the expected one, whose
   * probability reaches {@code p}, and all that tie with the last of them.
   */
  void keepTypical(float p) {
    double logTotal = Math.log(totalWeight());
    double total = totalWeight();
    double entropy = 0;
    for (int i = 0; i < size; i++) {
      entropy += weights[i] / total * (logTotal - scores[i]);
    }
    for (int i = 0; i < size; i++) {
      keys[i] = Math.abs(logTotal - scores[i] - entropy);
    }
    keepMass(p, true);
  }

  /**
   * Of the candidates that have the probability {@code threshold} only the least likely stays, of
   * equal ones the higher token.
   */
  void excludeTop(float threshold) {
    double least = threshold * totalWeight();
    int last = -1;
    for (int i = 0; i < size; i++) {
      if (weights[i] >= least && (last < 0 || before(last, i))) {
        last = i;
      }
    }
    int kept = 0;
    for (int i = 0; i < size; i++) {
      if (weights[i] < least || i == last) {
        move(i, kept++);
      }
    }
    size = kept;
  }

  /** Keeps what surprises by at most {@code bits}, and in any case the best. */
  void keepSurprise(double bits) {
    keepWeights(totalWeight() * Math.exp(-bits * LOG2));
  }

  /** -log2 of the probability of a candidate. */
  double surprise(int index) {
    return (Math.log(totalWeight()) - scores[index]) / LOG2;
  }

  /**
   * @param uniform in [0, 1)
   * @return the index of a candidate, each with its probability
   */
  int draw(double uniform) {
    double left = uniform * totalWeight();
    for (int i = 0; i < size - 1; i++) {
      left -= weights[i];
      if (left < 0) {
        return i;
      }
    }
    return size - 1;
  }

  /** Keeps the candidates of the smallest keys until their probability reaches {@code p}. */
  private void keepMass(float p, boolean ties) {
    double wanted = p * totalWeight();
    keepBuckets(wanted);
    int all = size;
    double sum = 0;
    double last = 0;
    int kept = 0;
    for (int i = size / 2 - 1; i >= 0; i--) {
      siftDown(i);
    }
    while (size > 0 && (kept == 0 || sum < wanted || (ties && keys[0] == last))) {
      sum += weights[0];
      last = keys[0];
      swap(0, --size);
      siftDown(0);
      kept++;
    }
    // Those taken lie at the end of the arrays, the first of them last.
    for (int i = 0; i < kept / 2; i++) {
      swap(all - kept + i, all - 1 - i);
    }
    for (int i = 0; i < kept; i++) {
      move(all - kept + i, i);
    }
    size = kept;
  }

  /**
   * Drops candidates whose keys are so large that those before them are enough, or nothing where
   * rounding leaves that in doubt: a heap of all would be slow.
   */
  private void keepBuckets(double wanted) {
    Arrays.fill(masses, 0);
    for (int i = 0; i < size; i++) {
      masses[bucket(keys[i])] += weights[i];
    }
    double enough = wanted * (1 + 1e-9);
    double sum = 0;
    int end = 0;
    while (end < BUCKETS && sum < enough) {
      sum += masses[end++];
    }
    int kept = 0;
    for (int i = 0; i < size; i++) {
      if (bucket(keys[i]) < end) {
        move(i, kept++);
      }
    }
    size = kept;
  }

  private static int bucket(double key) {
    return (int) Math.min(key * BUCKETS_PER_KEY, BUCKETS - 1);
  }

  private void siftDown(int start) {
    int parent = start;
    int child;
    while ((child = 2 * parent + 1) < size) {
      if (child + 1 < size && first(child + 1, child)) {
        child++;
      }
      if (!first(child, parent)) {
        return;
      }
      swap(parent, child);
      parent = child;
    }
  }

  private boolean first(int a, int b) {
    return keys[a] < keys[b] || (keys[a] == keys[b] && ids[a] < ids[b]);
  }

  private boolean before(int a, int b) {
    return scores[a] > scores[b] || (scores[a] == scores[b] && ids[a] < ids[b]);
  }

  private void move(int from, int to) {
    ids[to] = ids[from];
    scores[to] = scores[from];
    weights[to] = weights[from];
    keys[to] = keys[from];
  }

  private void swap(int a, int b) {
    int id = ids[a];
    double score = scores[a];
    double weight = weights[a];
    double key = keys[a];
    move(b, a);
    ids[b] = id;
    scores[b] = score;
    weights[b] = weight;
    keys[b] = key;
  }
}
