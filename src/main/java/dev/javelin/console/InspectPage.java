package dev.javelin.console;

import dev.javelin.catalog.ModelVersion;
import dev.javelin.catalog.Models;
import dev.javelin.service.Inspections;
import dev.javelin.service.Problem;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.ui.Model;
import org.springframework.web.server.ServerWebExchange;

/**
 * One version before it is loaded: what is in its files, and the load profile that it would get.
 */
@Component
final class InspectPage {
  private final Models models;
  private final Inspections inspections;
  private final ModelTabs tabs;

  InspectPage(Models models, Inspections inspections, ModelTabs tabs) {
    this.models = models;
    this.inspections = inspections;
    this.tabs = tabs;
  }

  /**
   * @param asked the version, and its profile or the draft of one
   * @param text whose tokens are to be counted; null: none
   * @param tensors whether each is listed
   */
  String of(
      ModelTabs.Asked asked,
      int number,
      @Nullable String text,
      boolean tensors,
      Model view,
      ServerWebExchange exchange) {
    String model = asked.model();
    view.addAttribute("page", "inspect");
    view.addAttribute("tab", "profiles");
    view.addAttribute("here", address(model, number));
    view.addAttribute("name", model);
    view.addAttribute("number", number);
    view.addAttribute("text", text == null ? "" : text);
    view.addAttribute("listed", tensors);
    Problem refused =
        Attempt.refusal(
            () -> {
              ModelVersion version = models.version(model, number);
              view.addAttribute("version", version);
              view.addAttribute(
                  "inspection",
                  inspections.inspect(version, text == null || text.isEmpty() ? null : text));
              tabs.profiles(asked, view);
            });
    if (refused != null) {
      Attempt.explain(refused, view, exchange);
    }
    return "console/inspect";
  }

  static String address(String model, int number) {
    return "/console/models/%s/versions/%d".formatted(model, number);
  }
}
