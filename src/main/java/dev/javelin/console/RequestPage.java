package dev.javelin.console;

import dev.javelin.security.Access;
import dev.javelin.security.Caller;
import dev.javelin.service.KeptCalls;
import dev.javelin.service.ModelRegistry;
import dev.javelin.service.ServedModel;
import org.springframework.stereotype.Component;
import org.springframework.ui.Model;
import org.springframework.web.server.ServerWebExchange;
import tools.jackson.databind.json.JsonMapper;

/** One request's page: where its time went, what was said in it, and who may ask it again. */
@Component
final class RequestPage {
  private final RequestRows rows;
  private final KeptCalls kept;
  private final ModelRegistry models;
  private final JsonMapper mapper;

  RequestPage(RequestRows rows, KeptCalls kept, ModelRegistry models, JsonMapper mapper) {
    this.rows = rows;
    this.kept = kept;
    this.models = models;
    this.mapper = mapper;
  }

  /** Puts it on the page that is about to be shown. */
  String of(String id, Model view, ServerWebExchange exchange) {
    Caller caller = Caller.of(exchange);
    view.addAttribute("page", "request");
    view.addAttribute("id", id);
    rows.find(id)
        .ifPresent(
            call -> {
              KeptCalls.Said said = kept.said(call.id(), caller);
              view.addAttribute("request", RequestDetail.of(call, mapper));
              view.addAttribute("said", SaidView.of(said, mapper));
              if (said instanceof KeptCalls.Said.Kept && caller.may(Access.DEVELOPER)) {
                view.addAttribute(
                    "aliases", models.list().stream().map(ServedModel::name).sorted().toList());
              }
            });
    return "console/request";
  }
}
