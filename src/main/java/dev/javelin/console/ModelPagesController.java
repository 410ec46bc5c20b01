package dev.javelin.console;

import dev.javelin.api.Audited;
import dev.javelin.catalog.DecodingProfiles;
import dev.javelin.catalog.LoadProfiles;
import dev.javelin.catalog.Profile;
import dev.javelin.catalog.Profiles;
import dev.javelin.catalog.Revision;
import dev.javelin.console.ModelTabs.Asked;
import dev.javelin.service.DecodingProfileChanges;
import dev.javelin.service.LoadProfileChanges;
import dev.javelin.service.Problem;
import dev.javelin.service.ProfileChanges;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** {@code /console/models}: what is registered, how it is loaded and how it answers. */
@Controller
final class ModelPagesController {
  private final ModelPages pages;
  private final ModelTabs tabs;
  private final InspectPage inspections;
  private final Forms forms;
  private final LoadProfiles loadProfiles;
  private final LoadProfileChanges loadChanges;
  private final DecodingProfiles decodingProfiles;
  private final DecodingProfileChanges decodingChanges;

  ModelPagesController(
      ModelPages pages,
      ModelTabs tabs,
      InspectPage inspections,
      Forms forms,
      LoadProfiles loadProfiles,
      LoadProfileChanges loadChanges,
      DecodingProfiles decodingProfiles,
      DecodingProfileChanges decodingChanges) {
    this.pages = pages;
    this.tabs = tabs;
    this.inspections = inspections;
    this.forms = forms;
    this.loadProfiles = loadProfiles;
    this.loadChanges = loadChanges;
    this.decodingProfiles = decodingProfiles;
    this.decodingChanges = decodingChanges;
  }

  @GetMapping("/console/models")
  String models(Model view) {
    view.addAttribute("page", "models");
    view.addAttribute("models", pages.list());
    return "console/models";
  }

  /** See {@link Asked}; {@code remove} and {@code which} ask before something is deleted. */
  @GetMapping("/console/models/{model}")
  String model(
      @PathVariable String model,
      @RequestParam(required = false) @Nullable String tab,
      @RequestParam(required = false) @Nullable String profile,
      @RequestParam(required = false) @Nullable Integer version,
      @RequestParam(required = false) @Nullable String remove,
      @RequestParam(required = false) @Nullable String which,
      Model view,
      ServerWebExchange exchange) {
    MultiValueMap<String, String> query = exchange.getRequest().getQueryParams();
    MultiValueMap<String, String> draft = query.containsKey("draft") ? query : null;
    return tabs.page(
        new Asked(model, tab, profile, version, draft, false, remove, which), view, exchange);
  }

  /** Stores a load profile; with a stale revision it shows both sides instead. */
  @PostMapping("/console/models/{model}/load-profiles")
  Mono<String> putLoadProfile(@PathVariable String model, Model view, ServerWebExchange exchange) {
    return forms.posted(
        exchange,
        form ->
            stored(
                form,
                new Kind<>("profiles", ProfileForm.LOAD, loadProfiles, loadChanges),
                model,
                view,
                exchange));
  }

  /** Stores a decoding profile; with a stale revision it shows both sides instead. */
  @PostMapping("/console/models/{model}/decoding-profiles")
  Mono<String> putDecodingProfile(
      @PathVariable String model, Model view, ServerWebExchange exchange) {
    return forms.posted(
        exchange,
        form ->
            stored(
                form,
                new Kind<>("decoding", ProfileForm.DECODING, decodingProfiles, decodingChanges),
                model,
                view,
                exchange));
  }

  private record Kind<P extends Profile, S>(
      String tab, ProfileForm form, Profiles<P, ?> profiles, ProfileChanges<P, S> changes) {}

  private <P extends Profile, S> String stored(
      MultiValueMap<String, String> form,
      Kind<P, S> kind,
      String model,
      Model view,
      ServerWebExchange exchange) {
    String name = ProfileForm.text(form, "name");
    String revision = ProfileForm.text(form, "revision");
    Problem refused =
        Attempt.refusal(
            () -> {
              S settings = kind.form().settings(form, kind.changes()::read);
              var before = kind.profiles().find(model, name).map(kind.changes()::view).orElse(null);
              P stored =
                  kind.changes()
                      .put(
                          model,
                          name,
                          settings,
                          revision.isEmpty()
                              ? new Revision.Absent()
                              : new Revision.Exactly(Long.parseLong(revision)));
              Audited.change(exchange, before, kind.changes().view(stored));
            });
    String inspected = ProfileForm.text(form, "inspected");
    Integer number = inspected.matches("[1-9][0-9]{0,8}") ? Integer.valueOf(inspected) : null;
    if (refused == null) {
      view.asMap().clear();
      String here =
          number == null ? "/console/models/" + model : InspectPage.address(model, number);
      return "redirect:%s?tab=%s&profile=%s".formatted(here, kind.tab(), name);
    }
    Attempt.explain(refused, view, exchange);
    boolean stale = refused.type() == Problem.Type.PRECONDITION_FAILED;
    Asked asked = new Asked(model, kind.tab(), name, number, form, stale, null, null);
    return number == null
        ? tabs.page(asked, view, exchange)
        : inspections.of(asked, number, null, false, view, exchange);
  }
}
