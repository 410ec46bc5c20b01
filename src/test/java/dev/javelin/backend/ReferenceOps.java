package dev.javelin.backend;

import dev.javelin.backend.ReferenceBackend.Floats;
import dev.javelin.backend.ReferenceBackend.ReferenceKvCache;
import dev.javelin.tensor.Tensor;

/** Every operation as its formula; the fused ones keep their default composition. */
final class ReferenceOps implements Ops {
  @Override
  public void rmsNorm(Tensor out, Tensor x, Tensor weight, float eps) {
    int columns = x.columns();
    for (int row = 0; row < x.rows(); row++) {
      int from = Floats.start(x) + row * columns;
      int to = Floats.start(out) + row * columns;
      normalise(Floats.of(out), to, Floats.of(x), from, weight, columns, eps);
    }
  }

  @Override
  public void add(Tensor out, Tensor x) {
    float[] target = Floats.of(out);
    float[] source = Floats.of(x);
    for (int i = 0; i < x.elements(); i++) {
      target[Floats.start(out) + i] += source[Floats.start(x) + i];
    }
  }

  @Override
  public void scale(Tensor x, float factor) {
    float[] values = Floats.of(x);
    for (int i = 0; i < x.elements(); i++) {
      values[Floats.start(x) + i] *= factor;
    }
  }

  @Override
  public void softcap(Tensor x, float cap) {
    float[] values = Floats.of(x);
    for (int i = 0; i < x.elements(); i++) {
      int at = Floats.start(x) + i;
      values[at] = (float) (cap * Math.tanh((double) values[at] / cap));
    }
  }

  @Override
  public void gatherRows(Tensor out, Tensor x, int[] rows, int count) {
    int columns = x.columns();
    for (int i = 0; i < count; i++) {
      System.arraycopy(
          Floats.of(x),
          Floats.start(x) + rows[i] * columns,
          Floats.of(out),
          Floats.start(out) + i * columns,
          columns);
    }
  }

  @Override
  public void headNorm(
      Tensor qkv, AttentionShape shape, Tensor queryWeight, Tensor keyWeight, float eps) {
    float[] values = Floats.of(qkv);
    for (int row = 0; row < qkv.rows(); row++) {
      for (int head = 0; head < shape.numHeads() + shape.numKvHeads(); head++) {
        int at = Floats.start(qkv) + row * shape.qkvSize() + head * shape.headDim();
        Tensor weight = head < shape.numHeads() ? queryWeight : keyWeight;
        normalise(values, at, values, at, weight, shape.headDim(), eps);
      }
    }
  }

  @Override
  public void rope(Tensor qkv, AttentionShape shape, RopeTable table, AttentionMetadata metadata) {
    RopeSpec spec = table.spec();
    for (int s = 0; s < metadata.numSequences; s++) {
      for (int row = metadata.queryStart[s]; row < metadata.queryStart[s + 1]; row++) {
        double[] frequencies = spec.frequencies().forLength(metadata.ropeLength(s, row));
        for (int head = 0; head < shape.numHeads() + shape.numKvHeads(); head++) {
          int at = Floats.start(qkv) + row * shape.qkvSize() + head * shape.headDim();
          rotate(Floats.of(qkv), at, spec, frequencies, metadata.positions[row]);
        }
      }
    }
  }

  @Override
  public void writeKv(
      KvCache cache, int layer, Tensor qkv, AttentionShape shape, AttentionMetadata metadata) {
    ReferenceKvCache target = (ReferenceKvCache) cache;
    float[] source = Floats.of(qkv);
    for (int row = 0; row < metadata.numTokens; row++) {
      int keys = Floats.start(qkv) + row * shape.qkvSize() + shape.querySize();
      int slot = metadata.slotMapping[row] * target.width();
      for (int i = 0; i < target.width(); i++) {
        target.keys[layer][slot + i] = target.stored(source[keys + i]);
        target.values[layer][slot + i] = target.stored(source[keys + shape.kvSize() + i]);
      }
    }
  }

  @Override
  public void attention(
      Tensor out,
      Tensor qkv,
      KvCache cache,
      int layer,
      AttentionSpec spec,
      AttentionMetadata metadata) {
    for (int s = 0; s < metadata.numSequences; s++) {
      for (int row = metadata.queryStart[s]; row < metadata.queryStart[s + 1]; row++) {
        for (int head = 0; head < spec.shape().numHeads(); head++) {
          attend(out, qkv, (ReferenceKvCache) cache, layer, spec, metadata, s, row, head);
        }
      }
    }
  }

  @Override
  public void argmax(Tensor out, Tensor x) {
    for (int row = 0; row < x.rows(); row++) {
      int best = NO_MAXIMUM;
      boolean invalid = false;
      for (int i = 0; i < x.columns(); i++) {
        float value = Floats.of(x)[Floats.start(x) + row * x.columns() + i];
        invalid |= Float.isNaN(value) || value == Float.POSITIVE_INFINITY;
        if (value > Float.NEGATIVE_INFINITY
            && (best < 0 || value > Floats.of(x)[Floats.start(x) + row * x.columns() + best])) {
          best = i;
        }
      }
      Floats.of(out)[Floats.start(out) + row] = invalid ? NO_MAXIMUM : best;
    }
  }

  @Override
  public void gatedActivation(Tensor out, Tensor gateUp, Activation activation) {
    int size = out.columns();
    float[] source = Floats.of(gateUp);
    for (int row = 0; row < out.rows(); row++) {
      for (int i = 0; i < size; i++) {
        int gate = Floats.start(gateUp) + row * 2 * size + i;
        Floats.of(out)[Floats.start(out) + row * size + i] =
            (float) (activate(activation, source[gate]) * source[gate + size]);
      }
    }
  }

  private static void attend(
      Tensor out,
      Tensor qkv,
      ReferenceKvCache cache,
      int layer,
      AttentionSpec spec,
      AttentionMetadata metadata,
      int s,
      int row,
      int head) {
    AttentionShape shape = spec.shape();
    int dim = shape.headDim();
    int kvHead = head / (shape.numHeads() / shape.numKvHeads());
    int query = Floats.start(qkv) + row * shape.qkvSize() + head * dim;
    int position = metadata.positions[row];
    int first = spec.slidingWindow() == 0 ? 0 : Math.max(0, position - spec.slidingWindow() + 1);
    double[] scores = new double[position + 1];
    double largest = Double.NEGATIVE_INFINITY;
    for (int seen = first; seen <= position; seen++) {
      int key = slot(cache, metadata, s, seen) * cache.width() + kvHead * dim;
      double score = 0;
      for (int i = 0; i < dim; i++) {
        score += (double) Floats.of(qkv)[query + i] * cache.keys[layer][key + i];
      }
      score *= spec.scale();
      if (spec.softcap() != 0) {
        score = spec.softcap() * Math.tanh(score / spec.softcap());
      }
      scores[seen] = score;
      largest = Math.max(largest, score);
    }
    double total = 0;
    double[] mixed = new double[dim];
    for (int seen = first; seen <= position; seen++) {
      double weight = Math.exp(scores[seen] - largest);
      int value = slot(cache, metadata, s, seen) * cache.width() + kvHead * dim;
      total += weight;
      for (int i = 0; i < dim; i++) {
        mixed[i] += weight * cache.values[layer][value + i];
      }
    }
    for (int i = 0; i < dim; i++) {
      Floats.of(out)[Floats.start(out) + row * shape.querySize() + head * dim + i] =
          (float) (mixed[i] / total);
    }
  }

  private static int slot(KvCache cache, AttentionMetadata metadata, int s, int position) {
    int blockSize = cache.spec().blockSize();
    int block = metadata.blockTables[s * metadata.maxBlocksPerSequence + position / blockSize];
    return block * blockSize + position % blockSize;
  }

  private static void normalise(
      float[] out, int to, float[] x, int from, Tensor weight, int count, float eps) {
    double squares = 0;
    for (int i = 0; i < count; i++) {
      squares += (double) x[from + i] * x[from + i];
    }
    double inverse = 1 / Math.sqrt(squares / count + eps);
    for (int i = 0; i < count; i++) {
      out[to + i] = (float) (x[from + i] * inverse * Floats.of(weight)[Floats.start(weight) + i]);
    }
  }

  private static void rotate(
      float[] values, int head, RopeSpec spec, double[] frequencies, int position) {
    int half = spec.rotaryDim() / 2;
    for (int i = 0; i < half; i++) {
      int one =
          switch (spec.layout()) {
            case HALVES -> head + i;
            case INTERLEAVED -> head + 2 * i;
          };
      int two =
          switch (spec.layout()) {
            case HALVES -> head + i + half;
            case INTERLEAVED -> head + 2 * i + 1;
          };
      double cos = Math.cos(position * frequencies[i]) * spec.attentionFactor();
      double sin = Math.sin(position * frequencies[i]) * spec.attentionFactor();
      double x = values[one];
      double y = values[two];
      values[one] = (float) (x * cos - y * sin);
      values[two] = (float) (y * cos + x * sin);
    }
  }

  private static double activate(Activation activation, double x) {
    return switch (activation) {
      case SILU -> x / (1 + Math.exp(-x));
      case GELU -> x * 0.5 * (1 + errorFunction(x / Math.sqrt(2)));
      case GELU_TANH ->
          0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
      case RELU -> Math.max(0, x);
    };
  }

  /** By its Taylor series, which a double holds well within |x| < 4; beyond it is 1 to 1e-8. */
  private static double errorFunction(double x) {
    if (Math.abs(x) >= 4) {
      return Math.signum(x);
    }
    double term = x;
    double sum = x;
    for (int n = 1; n < 120; n++) {
      term *= -x * x / n;
      sum += term / (2 * n + 1);
    }
    return 2 / Math.sqrt(Math.PI) * sum;
  }
}
