package dev.javelin.console;

import dev.javelin.catalog.LoadProfile;
import dev.javelin.catalog.LoadProfiles;
import dev.javelin.catalog.ModelVersion;
import dev.javelin.catalog.Models;
import dev.javelin.service.FitChecks;
import dev.javelin.service.Inspections;
import dev.javelin.service.LoadSettings;
import dev.javelin.service.Problem;
import dev.javelin.service.ProfileDocuments;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.server.ServerWebExchange;

/** {@code /console/models/{model}/versions/{number}}: what is in files before they are loaded. */
@Controller
final class InspectController {
  private final Models models;
  private final LoadProfiles loadProfiles;
  private final Inspections inspections;
  private final FitChecks fitChecks;
  private final ProfileDocuments documents;

  InspectController(
      Models models,
      LoadProfiles loadProfiles,
      Inspections inspections,
      FitChecks fitChecks,
      ProfileDocuments documents) {
    this.models = models;
    this.loadProfiles = loadProfiles;
    this.inspections = inspections;
    this.fitChecks = fitChecks;
    this.documents = documents;
  }

  /**
   * @param text whose tokens are to be counted
   * @param profile that the fit is told for; null: the first
   * @param tensors whether each is listed
   */
  @GetMapping("/console/models/{model}/versions/{number}")
  String inspect(
      @PathVariable String model,
      @PathVariable int number,
      @RequestParam(required = false) @Nullable String text,
      @RequestParam(required = false) @Nullable String profile,
      @RequestParam(defaultValue = "false") boolean tensors,
      Model view,
      ServerWebExchange exchange) {
    view.addAttribute("page", "inspect");
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
              fit(version, profile, view);
            });
    if (refused != null) {
      Attempt.explain(refused, view, exchange);
    }
    return "console/inspect";
  }

  private void fit(ModelVersion version, @Nullable String wanted, Model view) {
    List<LoadProfile> profiles = loadProfiles.list(version.model());
    LoadProfile chosen =
        profiles.stream()
            .filter(profile -> wanted == null || profile.name().equals(wanted))
            .findFirst()
            .orElse(null);
    String name = chosen == null ? "default" : chosen.name();
    LoadSettings settings = chosen == null ? LoadSettings.NONE : documents.load(chosen.settings());
    view.addAttribute("profiles", profiles.stream().map(LoadProfile::name).toList());
    view.addAttribute("profile", name);
    view.addAttribute("fit", FitView.of(fitChecks.check(version, name, settings, Set.of())));
  }
}
