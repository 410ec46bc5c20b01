package dev.javelin.console;

import dev.javelin.console.ModelTabs.Asked;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.server.ServerWebExchange;

/** {@code /console/models/{model}/versions/{number}}: what is in files before they are loaded. */
@Controller
final class InspectController {
  private final InspectPage page;

  InspectController(InspectPage page) {
    this.page = page;
  }

  /**
   * See {@link InspectPage}.
   *
   * @param profile that the fit is told for; null: the first
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
    MultiValueMap<String, String> query = exchange.getRequest().getQueryParams();
    MultiValueMap<String, String> draft = query.containsKey("draft") ? query : null;
    Asked asked = new Asked(model, "profiles", profile, number, draft, false, null, null);
    return page.of(asked, number, text, tensors, view, exchange);
  }
}
