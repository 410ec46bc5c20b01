package dev.javelin.console;

import dev.javelin.service.Series;
import java.net.URI;
import java.util.List;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.server.ServerWebExchange;

/** The pages. Each is complete without JavaScript; scripts keep its figures fresh. */
@Controller
final class PageController {
  /** A chart: its title's key and the series it draws. */
  record Chart(String key, String unit, List<Series> series) {}

  private static final List<Chart> CHARTS =
      List.of(
          new Chart(
              "tokens", "tokensPerSecond", List.of(Series.OUTPUT_TOKENS, Series.PROMPT_TOKENS)),
          new Chart("requests", "perSecond", List.of(Series.REQUESTS, Series.ERRORS)),
          new Chart("load", "count", List.of(Series.RUNNING, Series.WAITING)),
          new Chart("ttft", "millis", List.of(Series.TTFT_P50, Series.TTFT_P95, Series.TTFT_P99)),
          new Chart("tpot", "millis", List.of(Series.TPOT_P50, Series.TPOT_P95, Series.TPOT_P99)),
          new Chart(
              "queue", "millis", List.of(Series.QUEUE_P50, Series.QUEUE_P95, Series.QUEUE_P99)),
          new Chart("cache", "share", List.of(Series.KV_USAGE, Series.PREFIX_HITS)),
          new Chart("preemptions", "perSecond", List.of(Series.PREEMPTIONS)),
          new Chart("cpu", "cores", List.of(Series.CPU)),
          new Chart("heap", "bytes", List.of(Series.HEAP_BYTES)));

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

  @GetMapping("/console/requests")
  String requests(Model view, ServerWebExchange exchange) {
    view.addAttribute("requests", figures.requests(LiveFigures.PAGE));
    return page(view, exchange, "requests");
  }

  @GetMapping("/console/requests/{id}")
  String request(@PathVariable String id, Model view, ServerWebExchange exchange) {
    figures.request(id).ifPresent(request -> view.addAttribute("request", request));
    view.addAttribute("id", id);
    return page(view, exchange, "request");
  }

  @GetMapping("/console/metrics")
  String metrics(Model view, ServerWebExchange exchange) {
    view.addAttribute("charts", CHARTS);
    return page(view, exchange, "metrics");
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
