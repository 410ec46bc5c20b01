package dev.javelin.fake;

import dev.javelin.backend.Backend;
import dev.javelin.backend.ChosenTokens;
import dev.javelin.backend.EmbeddingTable;
import dev.javelin.backend.KvCache;
import dev.javelin.backend.KvCacheSpec;
import dev.javelin.backend.Linear;
import dev.javelin.backend.LoadDefaults;
import dev.javelin.backend.Ops;
import dev.javelin.backend.RopeSpec;
import dev.javelin.backend.RopeTable;
import dev.javelin.backend.StepExecutor;
import dev.javelin.backend.TokenDraws;
import dev.javelin.backend.Workspace;
import dev.javelin.quant.PackedWeight;
import dev.javelin.tensor.DType;
import dev.javelin.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A backend whose embeddings take tokens that the host was not told yet. */
public final class LateBackend implements Backend {
  private static final int MOST_ROWS = 64;

  private final Backend backend;
  private final Tensor chosen;

  public LateBackend(Backend backend) {
    this.backend = backend;
    chosen = backend.allocate(DType.F32, MOST_ROWS, 1);
  }

  @Override
  public ChosenTokens chosenTokens() {
    return new ChosenTokens() {
      @Override
      public boolean feeds() {
        return true;
      }

      @Override
      public Tensor rows(int rows) {
        return chosen.rows(0, rows);
      }

      @Override
      public boolean draws() {
        return true;
      }

      @Override
      public void draw(Tensor rows, Tensor logits, TokenDraws draws) {
        float[] all = values(logits);
        float[] tokens = new float[logits.rows()];
        for (int row = 0; row < tokens.length; row++) {
          int from = row * logits.columns();
          tokens[row] =
              ReferenceDraw.token(
                  Arrays.copyOfRange(all, from, from + logits.columns()), draws, row);
        }
        backend.ops().argmax(rows, oneHot(tokens, logits.columns()));
      }

      @Override
      public Reading read(Tensor rows, int count) {
        float[] copy = values(rows.rows(0, count));
        return target -> System.arraycopy(copy, 0, target, 0, count);
      }
    };
  }

  /** Rows whose largest element is at the token: a way to write tokens into a tensor. */
  private Tensor oneHot(float[] tokens, int columns) {
    float[] values = new float[tokens.length * columns];
    for (int row = 0; row < tokens.length; row++) {
      if (tokens[row] < 0) {
        values[row * columns] = Float.NaN;
      } else {
        values[row * columns + (int) tokens[row]] = 1;
      }
    }
    return backend.floats(values, tokens.length, columns);
  }

  private float[] values(Tensor tensor) {
    float[] values = new float[Math.toIntExact(tensor.elements())];
    backend.read(tensor, values);
    return values;
  }

  @Override
  public EmbeddingTable embedding(PackedWeight weight) {
    EmbeddingTable table = backend.embedding(weight);
    return (out, tokenIds, numTokens) -> {
      float[] last = values(chosen);
      int[] known = new int[numTokens];
      for (int i = 0; i < numTokens; i++) {
        int id = tokenIds[i];
        known[i] = id >= 0 ? id : (int) last[ChosenTokens.ofRow(id)];
      }
      table.gather(out, known, numTokens);
    };
  }

  @Override
  public String describe() {
    return backend.describe();
  }

  @Override
  public DType activationType() {
    return backend.activationType();
  }

  @Override
  public Tensor allocate(DType type, int... shape) {
    return backend.allocate(type, shape);
  }

  @Override
  public Tensor floats(float[] values, int... shape) {
    return backend.floats(values, shape);
  }

  @Override
  public void read(Tensor tensor, float[] target) {
    backend.read(tensor, target);
  }

  @Override
  public Workspace workspace() {
    return backend.workspace();
  }

  @Override
  public Linear linear(List<PackedWeight> parts, @Nullable Tensor bias) {
    return backend.linear(parts, bias);
  }

  @Override
  public RopeTable ropeTable(RopeSpec spec) {
    return backend.ropeTable(spec);
  }

  @Override
  public KvCache kvCache(KvCacheSpec spec, int numBlocks) {
    return backend.kvCache(spec, numBlocks);
  }

  @Override
  public Ops ops() {
    return backend.ops();
  }

  @Override
  public StepExecutor executor() {
    return backend.executor();
  }

  @Override
  public LoadDefaults loadDefaults() {
    return backend.loadDefaults();
  }

  @Override
  public List<String> kernels() {
    return backend.kernels();
  }

  @Override
  public void close() {
    backend.close();
  }
}
