package dev.javelin.console;

import java.net.URI;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.server.ServerWebExchange;

/** The pages. Each is complete without JavaScript; scripts keep its figures fresh. */
@Controller
final class PageController {
  private final LiveFigures figures;

  PageController(LiveFigures figures) {
    this.figures = figures;
  }

  @GetMapping("/")
  String playground(Model view, ServerWebExchange exchange) {
    URI here = exchange.getRequest().getURI();
    view.addAttribute("answers", figures.moment().models().stream().anyMatch(ModelView::answers));
    view.addAttribute("origin", here.getScheme() + "://" + here.getRawAuthority());
    return page(view, exchange, "playground");
  }

  private String page(Model view, ServerWebExchange exchange, String name) {
    view.addAttribute("page", name);
    view.addAttribute("path", exchange.getRequest().getPath().value());
    view.addAttribute("moment", figures.moment());
    return "console/" + name;
  }
}
