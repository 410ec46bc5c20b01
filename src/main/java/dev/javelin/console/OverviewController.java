package dev.javelin.console;

import dev.javelin.security.Caller;
import java.util.Locale;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.server.ServerWebExchange;

/** {@code /console/overview}: what needs a person, and how it goes. */
@Controller
final class OverviewController {
  private final OverviewContents contents;

  OverviewController(OverviewContents contents) {
    this.contents = contents;
  }

  @GetMapping("/console/overview")
  String overview(Model view, ServerWebExchange exchange, Locale locale) {
    view.addAttribute("page", "overview");
    view.addAttribute("overview", contents.of(Caller.of(exchange), new Show(locale)));
    return "console/overview";
  }
}
