package dev.javelin.engine;

import dev.javelin.backend.DeviceActivity;
import dev.javelin.backend.DeviceCosts;
import dev.javelin.backend.DeviceMemory;
import dev.javelin.backend.DeviceNeed;
import dev.javelin.backend.HostMemory;
import dev.javelin.backend.LoadShape;
import dev.javelin.backend.LoadShape.Matrix;
import dev.javelin.checkpoint.Checkpoint;
import dev.javelin.checkpoint.CheckpointException;
import dev.javelin.checkpoint.Checkpoints;
import dev.javelin.checkpoint.KnownCheckpoints;
import dev.javelin.checkpoint.TensorInfo;
import dev.javelin.engine.request.EngineException;
import dev.javelin.engine.request.ErrorCode;
import dev.javelin.engine.runner.BackendModelRunner;
import dev.javelin.engine.scheduler.BlockPool;
import dev.javelin.model.ModelConfig;
import dev.javelin.model.UnsupportedModelException;
import dev.javelin.model.loader.ModelLoader;
import dev.javelin.quant.WeightFormat;
import dev.javelin.tokenizer.Tokenizers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Plans from the metadata of a checkpoint's tensors. */
public final class CheckpointPlanner implements LoadPlanner {
  /** Timelines, the rule for any JSON, and what else of an engine no size changes. */
  private static final long ENGINE_BYTES = 128 << 10;

  /** What an estimate needs of a checkpoint. */
  private record Outline(ModelConfig config, List<TensorInfo> tensors, boolean tokenizer) {}

  private final DeviceCosts costs;
  private final KnownCheckpoints<Outline> outlines = new KnownCheckpoints<>();

  public CheckpointPlanner(DeviceCosts costs) {
    this.costs = costs;
  }

  @Override
  public List<DeviceMemory> memory() {
    return costs.memory();
  }

  @Override
  public List<DeviceActivity> activity() {
    return costs.activity();
  }

  @Override
  public ModelDescription describe(Path path) {
    return opened(
        path,
        checkpoint -> {
          ModelConfig config = ModelLoader.config(checkpoint);
          Optional<String> template = checkpoint.chatTemplate();
          return new ModelDescription(
              checkpoint.fileFormat().startsWith("GGUF") ? "gguf" : "safetensors",
              config.architecture(),
              config.contextLength(),
              tokenizerSha256(checkpoint),
              template.map(text -> sha256(text.getBytes(StandardCharsets.UTF_8))).orElse(null),
              licence(checkpoint.metadata()));
        });
  }

  @Override
  public LoadEstimate estimate(Path path, LoadOptions options) {
    Outline outline = outlines.get(path, CheckpointPlanner::outline);
    ModelConfig config = outline.config();
    try {
      LoadPlan first = LoadPlan.of(options, config, costs.loadDefaults(0));
      long weightBytes =
          costs.needs(shape(outline.tensors(), config, first)).stream()
              .mapToLong(DeviceNeed::weightBytes)
              .sum();
      LoadPlan plan = LoadPlan.of(options, config, costs.loadDefaults(weightBytes));
      LoadShape shape = shape(outline.tensors(), config, plan);
      List<DeviceNeed> needs =
          withEngine(
              withHostCache(costs.needs(shape), plan.options().hostCacheBytes()),
              plan,
              outline.tokenizer(),
              config.vocabSize());
      String kvDevice =
          needs.stream()
              .filter(need -> need.kvCacheBytes() > 0)
              .map(DeviceNeed::device)
              .findFirst()
              .orElseThrow();
      return new LoadEstimate(plan.options(), needs, plan.cache().bytesPerBlock(), kvDevice);
    } catch (UnsupportedModelException e) {
      throw unsupported(e);
    }
  }

  private static Outline outline(Path path) {
    return opened(
        path,
        checkpoint -> {
          ModelConfig config = ModelLoader.config(checkpoint);
          return new Outline(config, List.copyOf(checkpoint.tensors()), hasTokenizer(checkpoint));
        });
  }

  /** Blocks that the cache has no room for lie in host memory, whatever device computes. */
  private static List<DeviceNeed> withHostCache(List<DeviceNeed> needs, long bytes) {
    if (bytes == 0) {
      return needs;
    }
    List<DeviceNeed> all = new ArrayList<>();
    long left = bytes;
    for (DeviceNeed need : needs) {
      boolean host = need.device().equals(HostMemory.DEVICE);
      all.add(host ? need.withWorkspaceBytes(need.workspaceBytes() + left) : need);
      left = host ? 0 : left;
    }
    if (left > 0) {
      all.add(new DeviceNeed(HostMemory.DEVICE, 0, 0, 0, left));
    }
    return all;
  }

  /**
   * What the engine and the tokenizer take beside the backend, where the heap is told of at all:
   * beside a GPU's memory it is nothing.
   */
  private static List<DeviceNeed> withEngine(
      List<DeviceNeed> needs, LoadPlan plan, boolean tokenizer, int vocabSize) {
    if (needs.stream().noneMatch(need -> need.device().equals(DeviceMemory.JAVA_HEAP))) {
      return needs;
    }
    long heap =
        ENGINE_BYTES
            + BackendModelRunner.heapBytes(plan.options(), vocabSize)
            + BlockPool.bytes(plan.numBlocks())
            + (tokenizer ? Tokenizers.heapBytes(vocabSize) : 0);
    long host = tokenizer ? Tokenizers.nativeBytes(vocabSize) : 0;
    return needs.stream()
        .map(
            need ->
                switch (need.device()) {
                  case DeviceMemory.JAVA_HEAP ->
                      need.withWorkspaceBytes(need.workspaceBytes() + heap);
                  case HostMemory.DEVICE -> need.withWorkspaceBytes(need.workspaceBytes() + host);
                  default -> need;
                })
        .toList();
  }

  private static boolean hasTokenizer(Checkpoint checkpoint) {
    return checkpoint.tokenizerJson().isPresent()
        || checkpoint.metadata().containsKey("tokenizer.ggml.tokens");
  }

  private static LoadShape shape(List<TensorInfo> tensors, ModelConfig config, LoadPlan plan) {
    List<Matrix> linears = new ArrayList<>();
    long vectorFloats = 0;
    Matrix embedding = null;
    for (TensorInfo tensor : tensors) {
      List<Long> shape = tensor.shape();
      Optional<WeightFormat> format = format(tensor.format());
      if (shape.size() < 2 || format.isEmpty()) {
        vectorFloats += shape.stream().reduce(1L, Math::multiplyExact);
        continue;
      }
      int columns = Math.toIntExact(shape.getLast());
      long rows = shape.stream().reduce(1L, Math::multiplyExact) / columns;
      Matrix matrix = new Matrix(format.get(), Math.toIntExact(rows), columns);
      if (tensor.name().startsWith("token_embd.") || tensor.name().contains("embed_tokens.")) {
        embedding = matrix;
      } else if (!config.tiedEmbeddings() || !isHead(tensor.name())) {
        linears.add(matrix);
      }
    }
    if (embedding == null) {
      throw new UnsupportedModelException("the checkpoint has no embedding table");
    }
    if (config.tiedEmbeddings()) {
      linears.add(embedding);
    }
    LoadOptions options = plan.options();
    int query = config.numHeads() * config.headDim();
    return new LoadShape(
        linears,
        embedding,
        vectorFloats,
        config.hiddenSize(),
        query + 2 * config.numKvHeads() * config.headDim(),
        query,
        config.intermediateSize(),
        config.vocabSize(),
        options.contextLength(),
        options.tokenBudget(),
        options.maxSequences(),
        plan.cache(),
        plan.numBlocks(),
        options.threads());
  }

  private static boolean isHead(String name) {
    return name.startsWith("output.") || name.startsWith("lm_head.");
  }

  private static Optional<WeightFormat> format(String name) {
    return Arrays.stream(WeightFormat.values()).filter(f -> f.name().equals(name)).findFirst();
  }

  private static <T> T opened(Path path, Function<Checkpoint, T> use) {
    try (Checkpoint checkpoint = Checkpoints.open(path)) {
      return use.apply(checkpoint);
    } catch (CheckpointException e) {
      throw new EngineException(
          ErrorCode.INVALID_MODEL_FILE, String.valueOf(e.getMessage()), null, e);
    } catch (UnsupportedModelException e) {
      throw unsupported(e);
    }
  }

  private static EngineException unsupported(UnsupportedModelException e) {
    return new EngineException(
        ErrorCode.UNSUPPORTED_MODEL, String.valueOf(e.getMessage()), null, e);
  }

  private static String tokenizerSha256(Checkpoint checkpoint) {
    Optional<Path> json = checkpoint.tokenizerJson();
    if (json.isPresent()) {
      try {
        return sha256(Files.readAllBytes(json.get()));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    MessageDigest digest = digest();
    // Sorted: the order of keys in a file says nothing about the tokenizer.
    new TreeMap<>(checkpoint.metadata())
        .forEach(
            (key, value) -> {
              if (key.startsWith("tokenizer.") && !key.equals("tokenizer.chat_template")) {
                digest.update(key.getBytes(StandardCharsets.UTF_8));
                digest.update(text(value).getBytes(StandardCharsets.UTF_8));
              }
            });
    return HexFormat.of().formatHex(digest.digest());
  }

  private static String text(Object value) {
    return switch (value) {
      case int[] numbers -> Arrays.toString(numbers);
      case long[] numbers -> Arrays.toString(numbers);
      case float[] numbers -> Arrays.toString(numbers);
      case double[] numbers -> Arrays.toString(numbers);
      case byte[] numbers -> Arrays.toString(numbers);
      case short[] numbers -> Arrays.toString(numbers);
      case boolean[] flags -> Arrays.toString(flags);
      default -> String.valueOf(value);
    };
  }

  private static @Nullable String licence(Map<String, Object> metadata) {
    return metadata.get("general.license") instanceof String name ? name : null;
  }

  private static String sha256(byte[] bytes) {
    return HexFormat.of().formatHex(digest().digest(bytes));
  }

  private static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
