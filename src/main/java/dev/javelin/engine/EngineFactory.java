package dev.javelin.engine;

import dev.javelin.backend.Backend;
import dev.javelin.backend.KvCache;
import dev.javelin.backend.NativeHeap;
import dev.javelin.backend.OutOfDeviceMemoryException;
import dev.javelin.checkpoint.Checkpoint;
import dev.javelin.checkpoint.CheckpointException;
import dev.javelin.checkpoint.Checkpoints;
import dev.javelin.engine.request.EngineException;
import dev.javelin.engine.request.ErrorCode;
import dev.javelin.engine.runner.BackendModelRunner;
import dev.javelin.engine.runner.HostKvTier;
import dev.javelin.model.Model;
import dev.javelin.model.UnsupportedModelException;
import dev.javelin.model.loader.ModelLoader;
import dev.javelin.tokenizer.ChatTemplate;
import dev.javelin.tokenizer.ChatTemplateException;
import dev.javelin.tokenizer.Tokenizer;
import dev.javelin.tokenizer.Tokenizers;
import dev.javelin.tokenizer.template.JinjaTemplate;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Puts a checkpoint, a backend and the engine together. */
public final class EngineFactory implements ModelOpener, CheckpointOpener {
  private final IntFunction<Backend> backends;

  /**
   * @param backends makes a backend with so many threads; 0: it chooses
   */
  public EngineFactory(IntFunction<Backend> backends) {
    this.backends = backends;
  }

  @Override
  public LoadedModel open(Path path, LoadOptions options, LoadProgress progress) {
    return undoing(
        opened -> {
          progress.stage("reading " + path.getFileName());
          Checkpoint checkpoint = Checkpoints.open(path);
          opened.push(checkpoint);
          progress.stage("building the tokenizer");
          Tokenizer tokenizer = openTokenizer(path, checkpoint);
          opened.push(tokenizer);
          return load(checkpoint, tokenizer, options, progress, opened);
        });
  }

  @Override
  public LoadedModel open(
      Checkpoint checkpoint, Tokenizer tokenizer, LoadOptions options, LoadProgress progress) {
    return undoing(
        opened -> {
          opened.push(checkpoint);
          opened.push(tokenizer);
          return load(checkpoint, tokenizer, options, progress, opened);
        });
  }

  /** Closes what a load that fails has opened. */
  private static LoadedModel undoing(Function<Deque<AutoCloseable>, LoadedModel> load) {
    Deque<AutoCloseable> opened = new ArrayDeque<>();
    try {
      return load.apply(opened);
    } catch (CheckpointException e) {
      throw undo(opened, ErrorCode.INVALID_MODEL_FILE, e);
    } catch (UnsupportedModelException e) {
      throw undo(opened, ErrorCode.UNSUPPORTED_MODEL, e);
    } catch (OutOfMemoryError | OutOfDeviceMemoryException e) {
      throw undo(opened, ErrorCode.INSUFFICIENT_MEMORY, e);
    } catch (RuntimeException e) {
      close(opened, e);
      throw e;
    }
  }

  private LoadedModel load(
      Checkpoint checkpoint,
      Tokenizer tokenizer,
      LoadOptions options,
      LoadProgress progress,
      Deque<AutoCloseable> opened) {
    long start = System.nanoTime();
    List<String> warnings = new ArrayList<>();
    ChatTemplate template = compileTemplate(checkpoint, tokenizer, warnings);
    progress.stage("packing weights");
    Backend backend = backends.apply(options.threads());
    opened.push(backend);
    Model model = ModelLoader.load(checkpoint, backend, progress::done);
    checkpoint.unload();
    NativeHeap.trim();
    LoadPlan plan = LoadPlan.of(options, model, backend.loadDefaults());
    LoadOptions effective = plan.options();
    progress.stage("allocating the KV cache");
    KvCache cache = backend.kvCache(plan.cache(), plan.numBlocks());
    HostKvTier tier = tier(cache, effective.hostCacheBytes());
    if (tier != null) {
      opened.push(tier);
    }
    BackendModelRunner runner =
        new BackendModelRunner(
            backend, model, cache, tier, effective, effective.contextLength(), checkpoint);
    Engine engine =
        new BatchingEngine(
            runner, tokenizer, effective.contextLength(), effective, plan.numBlocks());
    LoadReport report =
        new LoadReport(
            backend.describe(),
            ModelLoader.weightBytes(checkpoint),
            cache.bytesPerBlock() * cache.numBlocks(),
            System.nanoTime() - start,
            backend.kernels(),
            warnings);
    return new LoadedModel(
        checkpoint.path(),
        model.config(),
        tokenizer,
        template,
        checkpoint.generationConfig(),
        effective,
        report,
        engine);
  }

  private static @Nullable HostKvTier tier(KvCache cache, long bytes) {
    long slots = bytes / cache.bytesPerBlock();
    if (slots == 0) {
      return null;
    }
    if (!cache.copiesBlocks()) {
      throw new EngineException(
          ErrorCode.INVALID_REQUEST,
          "this backend cannot keep KV blocks in host memory; ask for 0 bytes of host cache",
          "hostCacheBytes",
          null);
    }
    return new HostKvTier((int) Math.min(slots, Integer.MAX_VALUE / 2), cache.bytesPerBlock());
  }

  private static Tokenizer openTokenizer(Path path, Checkpoint checkpoint) {
    try {
      Optional<Path> json = checkpoint.tokenizerJson();
      if (json.isEmpty() && !checkpoint.fileFormat().startsWith("GGUF")) {
        throw new IllegalArgumentException(
            "there is no tokenizer.json beside the weights; another kind, such as tokenizer.model, is not read");
      }
      return json.isPresent()
          ? Tokenizers.fromJson(json.get(), checkpoint.config(), checkpoint.generationConfig())
          : Tokenizers.fromGguf(checkpoint.metadata());
    } catch (IllegalArgumentException e) {
      throw new CheckpointException(path, "tokenizer", String.valueOf(e.getMessage()), e);
    }
  }

  /** A template that does not compile costs the chat API, not the model. */
  private static @Nullable ChatTemplate compileTemplate(
      Checkpoint checkpoint, Tokenizer tokenizer, List<String> warnings) {
    Optional<String> source = checkpoint.chatTemplate();
    if (source.isEmpty()) {
      warnings.add("the checkpoint has no chat template: only plain completions work");
      return null;
    }
    try {
      return JinjaTemplate.compile(source.get(), tokenizer.bosToken(), tokenizer.eosToken());
    } catch (ChatTemplateException e) {
      warnings.add(
          "the chat template does not compile, only plain completions work: " + e.getMessage());
      return null;
    }
  }

  private static EngineException undo(
      Deque<AutoCloseable> opened, ErrorCode code, Throwable cause) {
    close(opened, cause);
    return new EngineException(code, String.valueOf(cause.getMessage()), null, cause);
  }

  private static void close(Deque<AutoCloseable> opened, Throwable cause) {
    for (AutoCloseable resource : opened) {
      try {
        resource.close();
      } catch (Exception e) {
        cause.addSuppressed(e);
      }
    }
  }
}
