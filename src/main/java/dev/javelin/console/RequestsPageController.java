package dev.javelin.console;

import dev.javelin.api.Audited;
import dev.javelin.security.Access;
import dev.javelin.security.Caller;
import dev.javelin.service.Problem;
import dev.javelin.service.RunningRequests;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseBody;
import org.springframework.web.server.ServerWebExchange;

/** {@code /console/requests}: what is being answered, what was, and where its time went. */
@Controller
final class RequestsPageController {
  /** More of those that are being answered come with the script. */
  private static final int LIVE = 50;

  /**
   * Which requests are looked for.
   *
   * @param q a part of an id, a model or an end
   * @param before of the page before, the cursor of its last
   */
  record Query(@Nullable String q, @Nullable String sort, @Nullable String before) {
    RequestRows.Sort order() {
      for (RequestRows.Sort order : RequestRows.Sort.values()) {
        if (order.name().equalsIgnoreCase(sort)) {
          return order;
        }
      }
      return RequestRows.Sort.NEWEST;
    }

    RequestView.@Nullable Cursor place() {
      return before == null ? null : RequestView.Cursor.parse(before);
    }

    /** Public, as templates need. */
    public String sorted() {
      return order().name().toLowerCase(Locale.ROOT);
    }
  }

  private final RequestRows rows;
  private final RunningRequests requests;
  private final RequestPage page;
  private final Clock clock;

  RequestsPageController(
      RequestRows rows, RunningRequests requests, RequestPage page, Clock clock) {
    this.rows = rows;
    this.requests = requests;
    this.page = page;
    this.clock = clock;
  }

  @ModelAttribute("mayOperate")
  boolean mayOperate(ServerWebExchange exchange) {
    return Caller.of(exchange).may(Access.OPERATOR);
  }

  @ModelAttribute("show")
  Show show(Locale locale) {
    return new Show(locale);
  }

  @GetMapping("/console/requests")
  String requests(@ModelAttribute("query") Query query, Model view) {
    // What ends from now on is for the script.
    view.addAttribute("now", clock.millis());
    List<RequestView> live = rows.live(query.q());
    List<RequestView> ended =
        rows.ended(query.q(), query.order(), query.place(), RequestRows.PAGE + 1);
    view.addAttribute("page", "requests");
    view.addAttribute("live", live.stream().limit(LIVE).toList());
    view.addAttribute("liveCount", live.size());
    view.addAttribute("ended", ended.stream().limit(RequestRows.PAGE).toList());
    view.addAttribute("more", ended.size() > RequestRows.PAGE);
    view.addAttribute("sorts", RequestRows.Sort.values());
    view.addAttribute("blank", RequestView.BLANK);
    return "console/requests";
  }

  @GetMapping(path = "/console/requests.json", produces = MediaType.APPLICATION_JSON_VALUE)
  @ResponseBody
  String rows(
      @RequestParam(required = false) @Nullable String q,
      @RequestParam(defaultValue = "0") long since) {
    return rows.json(q, since);
  }

  @GetMapping("/console/requests/{id}")
  String request(@PathVariable String id, Model view, ServerWebExchange exchange) {
    return page.of(id, view, exchange);
  }

  /** Its client hears that it was cancelled. */
  @PostMapping("/console/requests/{id}/cancel")
  String cancel(
      @PathVariable String id,
      @ModelAttribute("query") Query query,
      Model view,
      ServerWebExchange exchange) {
    RunningRequests.View before = requests.find(id);
    if (before != null && requests.cancel(id)) {
      Audited.change(exchange, before.brief(before.state()), before.brief("cancelled"));
      return "redirect:/console/requests";
    }
    Attempt.explain(
        Problem.of(Problem.Type.NOT_FOUND, "no request '%s' runs any more".formatted(id))
            .said("request-over", id),
        view,
        exchange);
    return requests(query, view);
  }
}
