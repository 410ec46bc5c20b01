package dev.javelin.fake;

import dev.javelin.backend.DeviceActivity;
import dev.javelin.backend.DeviceMemory;
import dev.javelin.backend.DeviceNeed;
import dev.javelin.engine.LoadEstimate;
import dev.javelin.engine.LoadOptions;
import dev.javelin.engine.LoadPlanner;
import dev.javelin.engine.ModelDescription;
import dev.javelin.engine.request.EngineException;
import dev.javelin.engine.request.ErrorCode;
import dev.javelin.quant.KvDType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * One device of 1000 MB. Every checkpoint has 100 MB of weights and a cache of 1 KB a token; a file
 * whose name starts with "broken" is none.
 */
public final class FakePlanner implements LoadPlanner {
  public static final long MEGABYTE = 1_000_000;
  public volatile long totalBytes = 1000 * MEGABYTE;
  public volatile long availableBytes = 1000 * MEGABYTE;

  /** What devices tell of their work; at first none does, as on a CPU. */
  public volatile List<DeviceActivity> activity = List.of();

  @Override
  public ModelDescription describe(Path path) {
    if (!Files.exists(path) || String.valueOf(path.getFileName()).startsWith("broken")) {
      throw new EngineException(ErrorCode.INVALID_MODEL_FILE, path + " is no checkpoint");
    }
    return new ModelDescription(
        "gguf", "llama", FakeModelOpener.CONTEXT, "a".repeat(64), "b".repeat(64), "Apache-2.0");
  }

  @Override
  public LoadEstimate estimate(Path path, LoadOptions options) {
    describe(path);
    int context = options.contextLength() == 0 ? FakeModelOpener.CONTEXT : options.contextLength();
    long perBlock = options.kvDType() == KvDType.F32 ? 32_000 : 16_000;
    long blocks = Math.max(options.kvCacheBytes() / perBlock, Math.ceilDiv(context, 16));
    int budget = options.tokenBudget() == 0 ? 512 : options.tokenBudget();
    LoadOptions effective =
        new LoadOptions(
            context,
            options.maxSequences(),
            budget,
            16,
            blocks * perBlock,
            options.kvDType() == null ? KvDType.F16 : options.kvDType(),
            1,
            options.maxQueue());
    return new LoadEstimate(
        effective,
        List.of(
            new DeviceNeed("host", 100 * MEGABYTE, blocks * perBlock, budget * 10_000L, MEGABYTE)),
        perBlock,
        "host");
  }

  @Override
  public List<DeviceMemory> memory() {
    return List.of(new DeviceMemory("host", totalBytes, availableBytes));
  }

  @Override
  public List<DeviceActivity> activity() {
    return activity;
  }
}
