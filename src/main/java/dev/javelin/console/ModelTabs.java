package dev.javelin.console;

import dev.javelin.catalog.DecodingProfile;
import dev.javelin.catalog.DecodingProfiles;
import dev.javelin.catalog.LoadProfile;
import dev.javelin.catalog.LoadProfiles;
import dev.javelin.catalog.ModelVersion;
import dev.javelin.catalog.Models;
import dev.javelin.quant.KvDType;
import dev.javelin.service.FitChecks;
import dev.javelin.service.FitReport;
import dev.javelin.service.Instance;
import dev.javelin.service.Instances;
import dev.javelin.service.Operations;
import dev.javelin.service.Problem;
import dev.javelin.service.ProfileDocuments;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.ui.Model;
import org.springframework.util.MultiValueMap;
import org.springframework.web.server.ServerWebExchange;
import tools.jackson.databind.JsonNode;

/** One model's page, a tab at a time. */
@Component
final class ModelTabs {
  private static final Set<String> TABS =
      Set.of("versions", "profiles", "decoding", "activity", "history");
  private static final int OPERATIONS = 100;
  private static final UUID NEWEST = new UUID(-1, -1);

  /**
   * @param tab what to show of it; null: versions
   * @param profile of the tab; null: the first
   * @param version that the fit is told for; null: the newest
   * @param draft a form that is not stored; null: what is stored
   * @param stale whether somebody else stored something since the form was filled in
   * @param remove kind of what is about to be deleted, as {@link Removal} has it; null: nothing
   * @param which of the kind
   */
  record Asked(
      String model,
      @Nullable String tab,
      @Nullable String profile,
      @Nullable Integer version,
      @Nullable MultiValueMap<String, String> draft,
      boolean stale,
      @Nullable String remove,
      @Nullable String which) {
    static Asked tab(String model, @Nullable String tab) {
      return new Asked(model, tab, null, null, null, false, null, null);
    }

    /** Asks before something is deleted. */
    static Asked removal(String model, @Nullable String tab, String kind, String which) {
      String profile = tab == null ? null : which;
      return new Asked(model, tab, profile, null, null, false, kind, which);
    }
  }

  private final Models models;
  private final LoadProfiles loadProfiles;
  private final DecodingProfiles decodingProfiles;
  private final ModelPages pages;
  private final Removals removals;
  private final ProfileDocuments documents;
  private final FitChecks fitChecks;
  private final Instances instances;
  private final Operations operations;
  private final Clock clock;

  ModelTabs(
      Models models,
      LoadProfiles loadProfiles,
      DecodingProfiles decodingProfiles,
      ModelPages pages,
      Removals removals,
      ProfileDocuments documents,
      FitChecks fitChecks,
      Instances instances,
      Operations operations,
      Clock clock) {
    this.models = models;
    this.loadProfiles = loadProfiles;
    this.decodingProfiles = decodingProfiles;
    this.pages = pages;
    this.removals = removals;
    this.documents = documents;
    this.fitChecks = fitChecks;
    this.instances = instances;
    this.operations = operations;
    this.clock = clock;
  }

  /** Puts what is asked for on the page; what is refused says so there. */
  String page(Asked asked, Model view, ServerWebExchange exchange) {
    String tab = asked.tab() != null && TABS.contains(asked.tab()) ? asked.tab() : "versions";
    view.addAttribute("page", "model");
    view.addAttribute("name", asked.model());
    view.addAttribute("tab", tab);
    view.addAttribute("here", "/console/models/" + asked.model());
    Problem refused =
        Attempt.refusal(
            () -> {
              view.addAttribute("registered", models.require(asked.model()));
              removal(asked, view);
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

  /** What is not there any more is not asked about. */
  private void removal(Asked asked, Model view) {
    String kind = asked.remove();
    if (kind != null) {
      String which = asked.which() == null ? "" : asked.which();
      var _ =
          Attempt.refusal(
              () -> view.addAttribute("removal", removals.of(asked.model(), kind, which)));
    }
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

  /** A load profile as a form, with what fits beside it. */
  void profiles(Asked asked, Model view) {
    String model = asked.model();
    List<LoadProfile> all = loadProfiles.list(model);
    LoadProfile chosen =
        all.stream()
            .filter(profile -> asked.profile() == null || profile.name().equals(asked.profile()))
            .findFirst()
            .orElse(null);
    String stored = chosen == null ? "{}" : chosen.settings();
    MultiValueMap<String, String> form = asked.draft();
    List<ModelVersion> versions = models.versions(model);
    Map<String, String> inherited = new HashMap<>();
    view.addAttribute("profiles", all.stream().map(LoadProfile::name).toList());
    view.addAttribute("profile", chosen);
    view.addAttribute("profileName", chosen != null ? chosen.name() : asked.profile());
    view.addAttribute("users", chosen == null ? List.of() : pages.usersOf(chosen));
    view.addAttribute("kvTypes", KvDType.values());
    revision(asked, chosen == null ? null : chosen.revision(), view);
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
                        form == null
                            ? documents.load(stored)
                            : ProfileForm.LOAD.settings(form, documents::load),
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
    List<ProfileForm.Row> rows = rows(ProfileForm.LOAD, stored, form, inherited, "server");
    view.addAttribute("rows", rows);
    view.addAttribute("draft", rows.stream().anyMatch(ProfileForm.Row::conflicts));
  }

  private List<ProfileForm.Row> rows(
      ProfileForm form,
      String stored,
      @Nullable MultiValueMap<String, String> mine,
      Map<String, String> inherited,
      String origin) {
    return form.rows(documents.tree(stored), mine, inherited, origin);
  }

  /**
   * A form that is shown again keeps the revision that its person saw, unless both sides are shown:
   * from then on they know the stored one.
   */
  private static void revision(Asked asked, @Nullable Long stored, Model view) {
    MultiValueMap<String, String> form = asked.draft();
    String seen = form == null ? "" : ProfileForm.text(form, "revision");
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
    String stored = chosen == null ? "{}" : chosen.settings();
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
    view.addAttribute(
        "rows", rows(ProfileForm.DECODING, stored, asked.draft(), inherited, "checkpoint"));
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
