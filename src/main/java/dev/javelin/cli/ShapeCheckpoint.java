package dev.javelin.cli;

import dev.javelin.checkpoint.Checkpoint;
import dev.javelin.checkpoint.TensorInfo;
import dev.javelin.checkpoint.WeightSource;
import dev.javelin.quant.PackedWeight;
import dev.javelin.quant.WeightFormat;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A checkpoint with random weights of a shape. All matrices of one format are views of the same
 * memory, as large as the largest: a device copies each, so there they are distinct.
 */
final class ShapeCheckpoint implements Checkpoint, WeightSource {
  private static final int PATTERN_BYTES = 32 << 20;

  private final Shape shape;
  private final WeightFormat format;
  private final Arena arena = Arena.ofShared();
  private final Map<WeightFormat, MemorySegment> data = new EnumMap<>(WeightFormat.class);

  /**
   * @throws UsageException if blocks of the format do not fit the shape
   */
  ShapeCheckpoint(Shape shape, WeightFormat format) {
    if (shape.hidden % format.blockElements() != 0 || shape.inner % format.blockElements() != 0) {
      throw new UsageException(
          "bench: %s has rows of %d and %d weights, %s blocks of %d."
              .formatted(shape.label, shape.hidden, shape.inner, format, format.blockElements()));
    }
    this.shape = shape;
    this.format = format;
  }

  @Override
  public Path path() {
    return Path.of(shape.label + "-" + format);
  }

  @Override
  public String fileFormat() {
    return "random weights";
  }

  @Override
  public Map<String, Object> config() {
    return shape.config();
  }

  @Override
  public Map<String, Object> generationConfig() {
    return Map.of();
  }

  @Override
  public Map<String, Object> metadata() {
    return Map.of();
  }

  @Override
  public Optional<Path> tokenizerJson() {
    return Optional.empty();
  }

  @Override
  public Optional<String> chatTemplate() {
    return Optional.empty();
  }

  @Override
  public WeightSource weights() {
    return this;
  }

  @Override
  public List<TensorInfo> tensors() {
    List<TensorInfo> tensors = new ArrayList<>();
    tensors.add(info("embed_tokens"));
    if (!shape.tied) {
      tensors.add(info("lm_head"));
    }
    for (int layer = 0; layer < shape.layers; layer++) {
      for (String name :
          List.of("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")) {
        tensors.add(info(name));
      }
    }
    return tensors;
  }

  private TensorInfo info(String name) {
    int[] size = shape.matrix(name);
    WeightFormat kept = format(name);
    return new TensorInfo(
        name, kept.name(), List.of((long) size[0], (long) size[1]), size[0] * kept.bytes(size[1]));
  }

  /** Bytes of weights that decoding one token reads: everything but the embedding table. */
  long bytesPerStep() {
    long bytes = 0;
    for (TensorInfo tensor : tensors()) {
      if (shape.tied || !tensor.name().equals("embed_tokens")) {
        bytes += tensor.bytes();
      }
    }
    return bytes;
  }

  /** Files in K-quants keep embedding and head at six bits. */
  private WeightFormat format(String name) {
    boolean outer = name.equals("embed_tokens") || name.equals("lm_head");
    return outer && (format == WeightFormat.Q4_K || format == WeightFormat.Q5_K)
        ? WeightFormat.Q6_K
        : format;
  }

  @Override
  public WeightSource scope(String prefix) {
    return this;
  }

  @Override
  public boolean has(String name) {
    return false;
  }

  @Override
  public PackedWeight get(String name) {
    String last = name.replace(".weight", "");
    last = last.substring(last.lastIndexOf('.') + 1);
    int[] size = shape.matrix(last);
    WeightFormat kept = format(last);
    return new PackedWeight(name, kept, size[0], size[1], data(kept));
  }

  /** Norms: ones, as long as their name asks. */
  @Override
  public float[] floats(String name) {
    boolean head = name.endsWith("q_norm.weight") || name.endsWith("k_norm.weight");
    float[] ones = new float[head ? shape.headDim : shape.hidden];
    Arrays.fill(ones, 1);
    return ones;
  }

  private MemorySegment data(WeightFormat kept) {
    return data.computeIfAbsent(
        kept,
        _ -> {
          long largest = 0;
          for (TensorInfo tensor : tensors()) {
            if (tensor.format().equals(kept.name())) {
              largest = Math.max(largest, tensor.bytes());
            }
          }
          byte[] pattern = RandomBlocks.of(kept, PATTERN_BYTES / kept.blockBytes());
          MemorySegment memory = arena.allocate(largest, 64);
          for (long at = 0; at < largest; at += pattern.length) {
            MemorySegment.copy(
                MemorySegment.ofArray(pattern),
                0,
                memory,
                at,
                Math.min(pattern.length, largest - at));
          }
          return memory;
        });
  }

  @Override
  public void unload() {
    // Random weights are always at hand.
  }

  @Override
  public void close() {
    arena.close();
  }
}
