package dev.javelin.console;

import dev.javelin.catalog.AliasPolicy;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;

/**
 * {@code /console/styleguide}: every component in every state. Those that fill a page, and are on
 * it once, have an address of their own.
 */
@Controller
final class StyleguideController {
  static final List<String> PLANS =
      List.of("load", "load-refused", "unload", "swap", "policy", "removal", "removal-blocked");

  /**
   * @param plan one of {@link #PLANS}; anything else: the other components
   */
  @GetMapping("/console/styleguide")
  String styleguide(@RequestParam(required = false) @Nullable String plan, Model view) {
    view.addAttribute("page", "styleguide");
    view.addAttribute("plans", PLANS);
    view.addAttribute("plan", plan == null ? "" : plan);
    switch (plan) {
      case "load" -> view.addAttribute("load", Samples.load(true));
      case "load-refused" -> view.addAttribute("load", Samples.load(false));
      case "unload" -> view.addAttribute("unload", Samples.unload());
      case "swap" -> view.addAttribute("swap", Samples.swap());
      case "policy" -> {
        view.addAttribute("policyOf", Samples.alias());
        view.addAttribute("policyMine", Samples.policy());
        view.addAttribute("loadings", AliasPolicy.Loading.values());
        view.addAttribute("stale", true);
      }
      case "removal" -> view.addAttribute("removal", Samples.removal(false));
      case "removal-blocked" -> view.addAttribute("removal", Samples.removal(true));
      case null, default -> components(view);
    }
    return "console/styleguide";
  }

  private static void components(Model view) {
    view.addAttribute("bar", Samples.bar());
    view.addAttribute("uses", Samples.uses());
    view.addAttribute("denials", Samples.denials());
    view.addAttribute("mine", Samples.mine());
    view.addAttribute("theirs", Samples.theirs());
    view.addAttribute("problems", Samples.problems());
    view.addAttribute("fits", Samples.fits());
    view.addAttribute("operations", Samples.operations());
    view.addAttribute("models", Samples.models());
    view.addAttribute("live", List.of(Samples.running(), Samples.queued()));
    view.addAttribute("ended", Samples.ended());
    view.addAttribute("concerns", Samples.concerns());
    view.addAttribute("steps", Samples.steps());
    view.addAttribute("tiles", Samples.tiles());
    view.addAttribute("events", Samples.events());
    view.addAttribute("uploads", Samples.uploads());
    view.addAttribute("when", Samples.AT);
  }
}
