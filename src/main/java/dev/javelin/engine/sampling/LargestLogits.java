package dev.javelin.engine.sampling;

/** The k largest logits of a row and their tokens, without sorting the row. Reused every step. */
final class LargestLogits {
  private float[] values = new float[0];
  private int[] ids = new int[0];
  private int size;

  /** Number found: k, or as many logits as are above minus infinity. */
  int size() {
    return size;
  }

  /** Smallest of the logits found. */
  float least() {
    return values[0];
  }

  /** After {@link #sort}: the token of the n-th largest logit. */
  int id(int n) {
    return ids[n];
  }

  /** After {@link #sort}: the n-th largest logit. */
  float value(int n) {
    return values[n];
  }

  /**
   * Finds the {@code k} largest of {@code logits[offset .. offset + count)}; of equal ones the
   * lower token.
   */
  void find(float[] logits, int offset, int count, int k) {
    int most = Math.min(k, count);
    if (values.length < most) {
      values = new float[most];
      ids = new int[most];
    }
    size = 0;
    int id = 0;
    for (; id < count && size < most; id++) {
      float logit = logits[offset + id];
      if (logit > Float.NEGATIVE_INFINITY) {
        add(logit, id);
      }
    }
    if (size == 0) {
      return;
    }
    float least = values[0];
    for (; id < count; id++) {
      float logit = logits[offset + id];
      // An equal one is left out: its id is higher than that of all found.
      if (logit > least) {
        values[0] = logit;
        ids[0] = id;
        siftDown(0);
        least = values[0];
      }
    }
  }

  /** Puts what was found in order, the largest first, of equal ones the lower token. */
  void sort() {
    int all = size;
    while (size > 1) {
      swap(0, --size);
      siftDown(0);
    }
    size = all;
  }

  private void add(float value, int id) {
    int child = size++;
    values[child] = value;
    ids[child] = id;
    while (child > 0 && worse(child, (child - 1) / 2)) {
      swap(child, (child - 1) / 2);
      child = (child - 1) / 2;
    }
  }

  private void siftDown(int start) {
    int parent = start;
    int child;
    while ((child = 2 * parent + 1) < size) {
      if (child + 1 < size && worse(child + 1, child)) {
        child++;
      }
      if (!worse(child, parent)) {
        return;
      }
      swap(parent, child);
      parent = child;
    }
  }

  /** The worst is at the top of the heap. */
  private boolean worse(int a, int b) {
    return values[a] < values[b] || (values[a] == values[b] && ids[a] > ids[b]);
  }

  private void swap(int a, int b) {
    float value = values[a];
    values[a] = values[b];
    values[b] = value;
    int id = ids[a];
    ids[a] = ids[b];
    ids[b] = id;
  }
}
