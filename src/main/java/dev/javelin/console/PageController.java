package dev.javelin.console;

import java.net.URI;
import java.util.List;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.server.ServerWebExchange;

/** The pages. Each is complete without JavaScript; scripts keep its figures fresh. */
@Controller
final class PageController {
  /** For the components' page. */
  private static final MemoryBar SAMPLE =
      MemoryBar.of(
          100,
          List.of(
              new MemoryBar.Part("weights", "dart:1", 30),
              new MemoryBar.Part("kv", "dart:1", 25),
              new MemoryBar.Part("workspace", "dart:1", 5),
              new MemoryBar.Part("others", "", 15)));

  private final LiveFigures figures;

  PageController(LiveFigures figures) {
    this.figures = figures;
  }

  @GetMapping("/")
  String playground(Model view, ServerWebExchange exchange) {
    URI here = exchange.getRequest().getURI();
    view.addAttribute("origin", here.getScheme() + "://" + here.getRawAuthority());
    return page(view, exchange, "playground");
  }

  @GetMapping("/console/styleguide")
  String styleguide(Model view, ServerWebExchange exchange) {
    view.addAttribute("bar", SAMPLE);
    return page(view, exchange, "styleguide");
  }

  private String page(Model view, ServerWebExchange exchange, String name) {
    view.addAttribute("page", name);
    view.addAttribute("path", exchange.getRequest().getPath().value());
    view.addAttribute("moment", figures.moment());
    return "console/" + name;
  }
}
