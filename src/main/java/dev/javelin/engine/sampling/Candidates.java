package dev.javelin.engine.sampling;

/**
 * The tokens still in play and their unnormalised probabilities, relative to the best. Reused every
 * step.
 */
final class Candidates {
  private final int[] ids;
  private final double[] scores;
  private final double[] weights;
  private int size;

  Candidates(int vocabSize) {
    ids = new int[vocabSize];
    scores = new double[vocabSize];
    weights = new double[vocabSize];
  }

  int size() {
    return size;
  }

  int id(int index) {
    return ids[index];
  }

  /** Probability of candidate {@code index} over {@link #totalWeight}. */
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

  /** Every token of some probability, at {@code temperature} above 0. */
  void fill(float[] logits, int offset, int vocabSize, float max, float temperature) {
    size = 0;
    for (int id = 0; id < vocabSize; id++) {
      // The difference first: a logit over a tiny temperature would overflow.
      double score = ((double) logits[offset + id] - max) / temperature;
      double weight = Math.exp(score);
      if (weight > 0) {
        ids[size] = id;
        scores[size] = score;
        weights[size++] = weight;
      }
    }
  }

  void keepMinP(float minP) {
    int kept = 0;
    for (int i = 0; i < size; i++) {
      if (weights[i] >= minP) {
        move(i, kept++);
      }
    }
    size = kept;
  }

  /** Keeps the {@code k} best and all that tie with the last of them. */
  void keepTopK(int k) {
    if (k >= size) {
      return;
    }
    int all = size;
    double kth = 0;
    int kept = 0;
    heapify();
    while (size > 0 && (kept < k || scores[0] == kth)) {
      kth = scores[0];
      pop();
      kept++;
    }
    takePopped(all, kept);
  }

  /** Keeps the smallest set of the best whose probability reaches {@code p}. */
  void keepTopP(float p) {
    double wanted = (double) p * totalWeight();
    int all = size;
    double sum = 0;
    int kept = 0;
    heapify();
    while (size > 0 && (kept == 0 || sum < wanted)) {
      sum += weights[0];
      pop();
      kept++;
    }
    takePopped(all, kept);
  }

  /** Popped candidates lie at the end of the arrays, the best last: brings them to the front. */
  private void takePopped(int all, int kept) {
    for (int i = 0; i < kept / 2; i++) {
      swap(all - kept + i, all - 1 - i);
    }
    for (int i = 0; i < kept; i++) {
      move(all - kept + i, i);
    }
    size = kept;
  }

  private void heapify() {
    for (int i = size / 2 - 1; i >= 0; i--) {
      siftDown(i);
    }
  }

  private void pop() {
    swap(0, --size);
    siftDown(0);
  }

  private void siftDown(int start) {
    int parent = start;
    int child;
    while ((child = 2 * parent + 1) < size) {
      if (child + 1 < size && before(child + 1, child)) {
        child++;
      }
      if (!before(child, parent)) {
        return;
      }
      swap(parent, child);
      parent = child;
    }
  }

  private boolean before(int a, int b) {
    return scores[a] > scores[b] || (scores[a] == scores[b] && ids[a] < ids[b]);
  }

  private void move(int from, int to) {
    ids[to] = ids[from];
    scores[to] = scores[from];
    weights[to] = weights[from];
  }

  private void swap(int a, int b) {
    int id = ids[a];
    double score = scores[a];
    double weight = weights[a];
    move(b, a);
    ids[b] = id;
    scores[b] = score;
    weights[b] = weight;
  }
}
