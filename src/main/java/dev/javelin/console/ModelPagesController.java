package dev.javelin.console;

import dev.javelin.catalog.AliasPolicy;
import dev.javelin.catalog.AliasTarget;
import dev.javelin.catalog.DecodingProfile;
import dev.javelin.catalog.DecodingProfiles;
import dev.javelin.catalog.LoadProfile;
import dev.javelin.catalog.LoadProfiles;
import dev.javelin.catalog.ModelVersion;
import dev.javelin.catalog.Models;
import dev.javelin.catalog.Revision;
import dev.javelin.quant.KvDType;
import dev.javelin.security.Caller;
import dev.javelin.service.AliasChanges;
import dev.javelin.service.FitChecks;
import dev.javelin.service.FitReport;
import dev.javelin.service.Instance;
import dev.javelin.service.Instances;
import dev.javelin.service.LoadSettings;
import dev.javelin.service.Operations;
import dev.javelin.service.Problem;
import dev.javelin.service.ProfileChanges;
import dev.javelin.service.ProfileDocuments;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import tools.jackson.databind.JsonNode;

/** {@code /console/models}: what is registered, how it is loaded and how it answers. */
@Controller
final class ModelPagesController {
  private static final Set<String> TABS =
      Set.of("versions", "profiles", "decoding", "activity", "history");
  private static final int OPERATIONS = 100;
  private static final UUID NEWEST = new UUID(-1, -1);

  private final Models models;
  private final LoadProfiles loadProfiles;
  private final DecodingProfiles decodingProfiles;
  private final ModelPages pages;
  private final ProfileChanges profileChanges;
  private final ProfileDocuments documents;
  private final AliasChanges aliasChanges;
  private final FitChecks fitChecks;
  private final Instances instances;
  private final Operations operations;
  private final Clock clock;
  private final Scheduler blocking;

  ModelPagesController(
      Models models,
      LoadProfiles loadProfiles,
      DecodingProfiles decodingProfiles,
      ModelPages pages,
      ProfileChanges profileChanges,
      ProfileDocuments documents,
      AliasChanges aliasChanges,
      FitChecks fitChecks,
      Instances instances,
      Operations operations,
      Clock clock,
      Scheduler blocking) {
    this.models = models;
    this.loadProfiles = loadProfiles;
    this.decodingProfiles = decodingProfiles;
    this.pages = pages;
    this.profileChanges = profileChanges;
    this.documents = documents;
    this.aliasChanges = aliasChanges;
    this.fitChecks = fitChecks;
    this.instances = instances;
    this.operations = operations;
    this.clock = clock;
    this.blocking = blocking;
  }

  @GetMapping("/console/models")
  String models(Model view) {
    view.addAttribute("page", "models");
    view.addAttribute("models", pages.list());
    return "console/models";
  }

  /**
   * @param tab what to show of it; null: versions
   * @param profile of the tab; null: the first
   * @param version that the fit is told for; null: the newest
   */
  @GetMapping("/console/models/{model}")
  String model(
      @PathVariable String model,
      @RequestParam(required = false) @Nullable String tab,
      @RequestParam(required = false) @Nullable String profile,
      @RequestParam(required = false) @Nullable Integer version,
      Model view,
      ServerWebExchange exchange) {
    MultiValueMap<String, String> query = exchange.getRequest().getQueryParams();
    MultiValueMap<String, String> draft = query.containsKey("draft") ? query : null;
    return page(new Asked(model, tab, profile, version, draft, false), view, exchange);
  }

  /**
   * @param draft a form that is not stored; null: what is stored
   * @param stale whether somebody else stored something since the form was filled in
   */
  private record Asked(
      String model,
      @Nullable String tab,
      @Nullable String profile,
      @Nullable Integer version,
      @Nullable MultiValueMap<String, String> draft,
      boolean stale) {}

  /** Stores a load profile; with a stale revision it shows both sides instead. */
  @PostMapping("/console/models/{model}/load-profiles")
  Mono<String> putLoadProfile(@PathVariable String model, Model view, ServerWebExchange exchange) {
    return posted(
        exchange,
        form ->
            stored(
                form,
                model,
                "profiles",
                view,
                exchange,
                (name, revision) ->
                    profileChanges.put(
                        model, name, documents.load(ProfileForm.LOAD.document(form)), revision)));
  }

  /** Stores a decoding profile; with a stale revision it shows both sides instead. */
  @PostMapping("/console/models/{model}/decoding-profiles")
  Mono<String> putDecodingProfile(
      @PathVariable String model, Model view, ServerWebExchange exchange) {
    return posted(
        exchange,
        form ->
            stored(
                form,
                model,
                "decoding",
                view,
                exchange,
                (name, revision) ->
                    profileChanges.put(
                        model,
                        name,
                        documents.decoding(ProfileForm.DECODING.document(form)),
                        revision)));
  }

  /** Gives a version a name that clients call. */
  @PostMapping("/console/models/{model}/aliases")
  Mono<String> putAlias(@PathVariable String model, Model view, ServerWebExchange exchange) {
    return posted(
        exchange,
        form -> {
          Problem refused =
              Attempt.refusal(
                  () -> {
                    String name = text(form, "name");
                    ProfileChanges.requireName(name);
                    aliasChanges.put(
                        name,
                        new AliasTarget(
                            model,
                            Integer.parseInt(text(form, "version")),
                            text(form, "loadProfile"),
                            text(form, "decodingProfile")),
                        AliasPolicy.DEFAULT,
                        new Revision.Absent(),
                        Caller.of(exchange).name(),
                        "named");
                  });
          if (refused == null) {
            return "redirect:/console/models/" + model;
          }
          Attempt.explain(refused, view, exchange);
          return page(new Asked(model, null, null, null, null, false), view, exchange);
        });
  }

  @FunctionalInterface
  private interface Storing {
    void put(String name, Revision revision);
  }

  @FunctionalInterface
  private interface Posted {
    String answer(MultiValueMap<String, String> form);
  }

  private Mono<String> posted(ServerWebExchange exchange, Posted work) {
    return exchange
        .getFormData()
        .defaultIfEmpty(new LinkedMultiValueMap<>())
        .publishOn(blocking)
        .map(work::answer);
  }

  private String stored(
      MultiValueMap<String, String> form,
      String model,
      String tab,
      Model view,
      ServerWebExchange exchange,
      Storing storing) {
    String name = text(form, "name");
    String revision = text(form, "revision");
    Problem refused =
        Attempt.refusal(
            () ->
                storing.put(
                    name,
                    revision.isEmpty()
                        ? new Revision.Absent()
                        : new Revision.Exactly(Long.parseLong(revision))));
    if (refused == null) {
      view.asMap().clear();
      return "redirect:/console/models/%s?tab=%s&profile=%s".formatted(model, tab, name);
    }
    Attempt.explain(refused, view, exchange);
    boolean stale = refused.type() == Problem.Type.PRECONDITION_FAILED;
    return page(new Asked(model, tab, name, null, form, stale), view, exchange);
  }

  private static String text(MultiValueMap<String, String> form, String name) {
    String value = form.getFirst(name);
    return value == null ? "" : value.strip();
  }

  private String page(Asked asked, Model view, ServerWebExchange exchange) {
    String tab = asked.tab() != null && TABS.contains(asked.tab()) ? asked.tab() : "versions";
    view.addAttribute("page", "model");
    view.addAttribute("name", asked.model());
    view.addAttribute("tab", tab);
    Problem refused =
        Attempt.refusal(
            () -> {
              view.addAttribute("model", models.require(asked.model()));
              switch (tab) {
                case "profiles" -> profiles(asked, view);
                case "decoding" -> decoding(asked, view);
                case "activity" -> activity(asked.model(), view);
                case "history" -> view.addAttribute("history", pages.history(asked.model()));
                default -> versions(asked.model(), view);
              }
            });
    if (refused != null) {
      Attempt.explain(refused, view, exchange);
    }
    return "console/model";
  }

  private void versions(String model, Model view) {
    view.addAttribute("versions", pages.versions(model));
    view.addAttribute("aliases", pages.aliases(model));
    view.addAttribute(
        "loadProfiles", loadProfiles.list(model).stream().map(LoadProfile::name).toList());
    view.addAttribute(
        "decodingProfiles",
        decodingProfiles.list(model).stream().map(DecodingProfile::name).toList());
  }

  private void profiles(Asked asked, Model view) {
    String model = asked.model();
    List<LoadProfile> all = loadProfiles.list(model);
    LoadProfile chosen =
        all.stream()
            .filter(profile -> asked.profile() == null || profile.name().equals(asked.profile()))
            .findFirst()
            .orElse(null);
    JsonNode stored = documents.tree(chosen == null ? "{}" : chosen.settings());
    MultiValueMap<String, String> form = asked.draft();
    JsonNode mine = form == null ? null : documents.tree(ProfileForm.LOAD.document(form));
    LoadSettings settings = documents.load((mine == null ? stored : mine).toString());
    List<ModelVersion> versions = models.versions(model);
    Map<String, String> inherited = new HashMap<>();
    view.addAttribute("profiles", all.stream().map(LoadProfile::name).toList());
    view.addAttribute("profile", chosen);
    view.addAttribute("profileName", chosen != null ? chosen.name() : asked.profile());
    view.addAttribute("users", chosen == null ? List.of() : pages.usersOf(chosen));
    view.addAttribute("kvTypes", KvDType.values());
    revision(asked, chosen == null ? null : chosen.revision(), view);
    view.addAttribute("draft", mine != null && !mine.equals(stored));
    view.addAttribute("versions", versions.reversed());
    if (!versions.isEmpty()) {
      Integer number = asked.version();
      ModelVersion version = number == null ? versions.getLast() : models.version(model, number);
      view.addAttribute("version", version);
      Problem refused =
          Attempt.refusal(
              () -> {
                FitReport report =
                    fitChecks.check(
                        version,
                        chosen == null ? "default" : chosen.name(),
                        settings,
                        loaded(version, chosen));
                JsonNode effective = documents.tree(documents.write(report.effective()));
                for (String name : effective.propertyNames()) {
                  inherited.put(name, effective.get(name).asString());
                }
                view.addAttribute("fit", FitView.of(report));
              });
      if (refused != null) {
        view.addAttribute("fitRefused", ProblemView.of(refused));
      }
    }
    view.addAttribute("rows", ProfileForm.LOAD.rows(stored, mine, inherited, "server"));
  }

  /**
   * A form that is shown again keeps the revision that its person saw, unless both sides are shown:
   * from then on they know the stored one.
   */
  private static void revision(Asked asked, @Nullable Long stored, Model view) {
    MultiValueMap<String, String> form = asked.draft();
    String seen = form == null ? "" : text(form, "revision");
    String current = stored == null ? "" : String.valueOf(stored);
    boolean stale =
        asked.stale() || (form != null && (form.containsKey("merging") || !seen.equals(current)));
    view.addAttribute("stale", stale);
    view.addAttribute("revision", current);
  }

  /** What a reload would free first. */
  private Set<UUID> loaded(ModelVersion version, @Nullable LoadProfile profile) {
    Instance there = profile == null ? null : instances.find(version.id(), profile.id());
    return there == null ? Set.of() : Set.of(there.id());
  }

  private void decoding(Asked asked, Model view) {
    String model = asked.model();
    List<DecodingProfile> all = decodingProfiles.list(model);
    DecodingProfile chosen =
        all.stream()
            .filter(profile -> asked.profile() == null || profile.name().equals(asked.profile()))
            .findFirst()
            .orElse(null);
    JsonNode stored = documents.tree(chosen == null ? "{}" : chosen.settings());
    MultiValueMap<String, String> form = asked.draft();
    JsonNode mine = form == null ? null : documents.tree(ProfileForm.DECODING.document(form));
    Map<String, String> inherited = new HashMap<>();
    for (Instance instance : instances.list()) {
      var loaded = instance.model();
      if (loaded != null && instance.version().model().equals(model)) {
        loaded
            .generationDefaults()
            .forEach((name, value) -> inherited.put(name, String.valueOf(value)));
      }
    }
    view.addAttribute("profiles", all.stream().map(DecodingProfile::name).toList());
    view.addAttribute("profile", chosen);
    view.addAttribute("profileName", chosen != null ? chosen.name() : asked.profile());
    revision(asked, chosen == null ? null : chosen.revision(), view);
    view.addAttribute("rows", ProfileForm.DECODING.rows(stored, mine, inherited, "checkpoint"));
  }

  private void activity(String model, Model view) {
    Instant now = clock.instant();
    view.addAttribute(
        "instances",
        instances.list().stream()
            .filter(instance -> instance.version().model().equals(model))
            .map(instances::view)
            .toList());
    view.addAttribute(
        "operations",
        operations.list(NEWEST, OPERATIONS).stream()
            .filter(operation -> operation.target().matches(".*(^| )\\Q" + model + "\\E:.*"))
            .limit(20)
            .map(operation -> RuntimeView.OperationRow.of(operation, now))
            .toList());
  }
}
