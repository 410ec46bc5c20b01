package dev.javelin.console;

import dev.javelin.engine.EngineStats;
import dev.javelin.engine.LoadedModel;
import dev.javelin.service.ServedModel;
import java.util.List;

/**
 * One served model's moment; the counts are zero until it is ready.
 *
 * @param state "loading", "ready", "failed" or "unloaded"
 * @param detail the load's stage, the backend, why it failed, or what loads it: {@code on_request}
 *     or {@code manual}
 */
record ModelView(
    String name,
    String state,
    String detail,
    int contextLength,
    int running,
    int waiting,
    int usedBlocks,
    int totalBlocks,
    long generatedTokens,
    long promptTokens,
    List<String> kernels,
    List<String> warnings) {

  /** Whether a request to it is answered, if only after a load. */
  boolean answers() {
    return state.equals("ready") || state.equals("loading") || detail.equals("on_request");
  }

  static ModelView of(ServedModel served) {
    return switch (served.state()) {
      case ServedModel.State.Loading(String stage, _) -> still(served.name(), "loading", stage);
      case ServedModel.State.Failed(String reason) -> still(served.name(), "failed", reason);
      case ServedModel.State.Unloaded(boolean onRequest) ->
          still(served.name(), "unloaded", onRequest ? "on_request" : "manual");
      case ServedModel.State.Ready(LoadedModel model) -> ready(served.name(), model);
    };
  }

  private static ModelView still(String name, String state, String detail) {
    return new ModelView(name, state, detail, 0, 0, 0, 0, 0, 0, 0, List.of(), List.of());
  }

  private static ModelView ready(String name, LoadedModel model) {
    EngineStats stats = model.engine().stats();
    return new ModelView(
        name,
        "ready",
        model.report().backend(),
        model.effective().contextLength(),
        stats.running(),
        stats.waiting(),
        stats.totalBlocks() - stats.freeBlocks(),
        stats.totalBlocks(),
        stats.generatedTokensTotal(),
        stats.promptTokensTotal(),
        model.report().kernels(),
        model.report().warnings());
  }
}
