package dev.javelin.fake;

import dev.javelin.engine.LoadOptions;
import dev.javelin.engine.LoadProgress;
import dev.javelin.engine.LoadReport;
import dev.javelin.engine.LoadedModel;
import dev.javelin.engine.ModelOpener;
import dev.javelin.model.ModelConfig;
import dev.javelin.quant.KvDType;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Opens any path as one and the same model with a context of 256 bytes. */
public final class FakeModelOpener implements ModelOpener {
  public static final int CONTEXT = 256;
  public final FakeEngine engine = new FakeEngine();

  @Override
  public LoadedModel open(Path path, LoadOptions options, LoadProgress progress) {
    progress.stage("weights");
    return new LoadedModel(
        path,
        new ModelConfig("llama", 257, 8, 16, 1, 1, 1, 8, CONTEXT, 1e-5f, true, Map.of()),
        new FakeTokenizer(),
        new FakeChatTemplate(),
        Map.of("temperature", 0.25, "top_k", 7),
        new LoadOptions(CONTEXT, 4, 64, 16, 1 << 20, KvDType.F16, 1, 8),
        new LoadReport("fake", 1, 1, 1, List.of(), List.of()),
        engine);
  }
}
