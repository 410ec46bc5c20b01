package dev.javelin.console;

import dev.javelin.engine.EngineStats;
import dev.javelin.engine.LoadedModel;
import dev.javelin.service.ModelRegistry;
import dev.javelin.service.ServedModel;
import java.util.List;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ResponseBody;

/** The page, and the figures it asks for every second. */
@Controller
final class ConsoleController {
  private final ModelRegistry registry;

  ConsoleController(ModelRegistry registry) {
    this.registry = registry;
  }

  /**
   * One model's moment; the counts are zero until it is ready.
   *
   * @param state "loading", "ready", "failed" or "unloaded"
   * @param detail the load's stage, the backend, or why it failed
   */
  record Live(
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
      long weightBytes,
      List<String> warnings) {

    static Live of(ServedModel served) {
      return switch (served.state()) {
        case ServedModel.State.Loading(String stage, _) -> still(served.name(), "loading", stage);
        case ServedModel.State.Failed(String reason) -> still(served.name(), "failed", reason);
        case ServedModel.State.Unloaded(boolean onRequest) ->
            still(
                served.name(),
                "unloaded",
                onRequest ? "the first request loads it" : "an operator has to load it");
        case ServedModel.State.Ready(LoadedModel model) -> ready(served.name(), model);
      };
    }

    private static Live still(String name, String state, String detail) {
      return new Live(name, state, detail, 0, 0, 0, 0, 0, 0, 0, 0, List.of());
    }

    private static Live ready(String name, LoadedModel model) {
      EngineStats stats = model.engine().stats();
      return new Live(
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
          model.report().weightBytes(),
          model.report().warnings());
    }
  }

  @GetMapping("/")
  String page(Model view) {
    view.addAttribute("models", live());
    return "console";
  }

  @GetMapping(path = "/console/live", produces = MediaType.APPLICATION_JSON_VALUE)
  @ResponseBody
  List<Live> live() {
    return registry.list().stream().map(Live::of).toList();
  }
}
