package dev.javelin.console;

import dev.javelin.api.Audited;
import dev.javelin.catalog.Alias;
import dev.javelin.catalog.AliasPolicy;
import dev.javelin.catalog.AliasTarget;
import dev.javelin.catalog.Aliases;
import dev.javelin.catalog.DecodingProfiles;
import dev.javelin.catalog.LoadProfiles;
import dev.javelin.catalog.ModelVersion;
import dev.javelin.catalog.Models;
import dev.javelin.catalog.Profile;
import dev.javelin.catalog.Profiles;
import dev.javelin.catalog.RegisteredModel;
import dev.javelin.catalog.Revision;
import dev.javelin.console.ModelTabs.Asked;
import dev.javelin.security.Caller;
import dev.javelin.service.AliasChanges;
import dev.javelin.service.AliasView;
import dev.javelin.service.DecodingProfileChanges;
import dev.javelin.service.LoadProfileChanges;
import dev.javelin.service.ModelChanges;
import dev.javelin.service.Names;
import dev.javelin.service.Problem;
import dev.javelin.service.ProfileChanges;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.server.ServerWebExchange;

/** Names versions, describes models, and deletes what a person was asked about. */
@Controller
final class CatalogEditsController {
  /** A new alias. */
  record AliasForm(
      @NotNull String name,
      int version,
      @NotNull String loadProfile,
      @NotNull String decodingProfile) {}

  /**
   * @param revision of the model that the person saw
   */
  record DescriptionForm(@NotNull @Size(max = 2000) String description, @Nullable Long revision) {}

  /**
   * @param revision of what goes, as the person saw it
   */
  record RemovalForm(@Nullable Long revision) {
    /**
     * @throws dev.javelin.service.ProblemException PRECONDITION_REQUIRED if the form does not say
     */
    Revision seen() {
      return Forms.seen(revision);
    }
  }

  private final Models models;
  private final ModelChanges modelChanges;
  private final Aliases aliases;
  private final AliasChanges aliasChanges;
  private final LoadProfiles loadProfiles;
  private final LoadProfileChanges loadChanges;
  private final DecodingProfiles decodingProfiles;
  private final DecodingProfileChanges decodingChanges;
  private final ModelTabs tabs;

  CatalogEditsController(
      Models models,
      ModelChanges modelChanges,
      Aliases aliases,
      AliasChanges aliasChanges,
      LoadProfiles loadProfiles,
      LoadProfileChanges loadChanges,
      DecodingProfiles decodingProfiles,
      DecodingProfileChanges decodingChanges,
      ModelTabs tabs) {
    this.models = models;
    this.modelChanges = modelChanges;
    this.aliases = aliases;
    this.aliasChanges = aliasChanges;
    this.loadProfiles = loadProfiles;
    this.loadChanges = loadChanges;
    this.decodingProfiles = decodingProfiles;
    this.decodingChanges = decodingChanges;
    this.tabs = tabs;
  }

  /** Gives a version a name that clients call. */
  @PostMapping("/console/models/{model}/aliases")
  String nameVersion(
      @PathVariable String model,
      @Valid @ModelAttribute AliasForm form,
      Model view,
      ServerWebExchange exchange) {
    return attempt(
        () -> {
          Names.require(form.name());
          Alias made =
              aliasChanges.put(
                  form.name(),
                  new AliasTarget(
                      model, form.version(), form.loadProfile(), form.decodingProfile()),
                  AliasPolicy.DEFAULT,
                  new Revision.Absent(),
                  Caller.of(exchange).name(),
                  "named");
          Audited.change(exchange, null, AliasView.of(made));
        },
        "/console/models/" + model,
        Asked.tab(model, null),
        view,
        exchange);
  }

  @PostMapping("/console/models/{model}/description")
  String describe(
      @PathVariable String model,
      @Valid @ModelAttribute DescriptionForm form,
      Model view,
      ServerWebExchange exchange) {
    view.addAttribute("descriptionMine", form.description());
    return attempt(
        () -> {
          RegisteredModel before = models.require(model);
          Revision seen = Forms.seen(form.revision());
          Audited.change(
              exchange, before, modelChanges.describe(model, form.description().strip(), seen));
        },
        "/console/models/" + model,
        Asked.tab(model, null),
        view,
        exchange);
  }

  @PostMapping("/console/models/{model}/delete")
  String deleteModel(
      @PathVariable String model,
      @ModelAttribute RemovalForm form,
      Model view,
      ServerWebExchange exchange) {
    return attempt(
        () -> {
          RegisteredModel before = models.require(model);
          modelChanges.delete(model, form.seen());
          Audited.change(exchange, before, null);
        },
        "/console/models",
        Asked.removal(model, null, "model", model),
        view,
        exchange);
  }

  @PostMapping("/console/models/{model}/versions/{number}/delete")
  String deleteVersion(
      @PathVariable String model,
      @PathVariable int number,
      Model view,
      ServerWebExchange exchange) {
    return attempt(
        () -> {
          ModelVersion before = models.version(model, number);
          modelChanges.deleteVersion(model, number);
          Audited.change(exchange, before, null);
        },
        "/console/models/" + model,
        Asked.removal(model, null, "version", String.valueOf(number)),
        view,
        exchange);
  }

  @PostMapping("/console/models/{model}/aliases/{alias}/delete")
  String deleteAlias(
      @PathVariable String model,
      @PathVariable String alias,
      @ModelAttribute RemovalForm form,
      Model view,
      ServerWebExchange exchange) {
    return attempt(
        () -> {
          AliasView before = AliasView.of(aliases.require(alias));
          aliasChanges.delete(alias, form.seen());
          Audited.change(exchange, before, null);
        },
        "/console/models/" + model,
        Asked.removal(model, null, "alias", alias),
        view,
        exchange);
  }

  @PostMapping("/console/models/{model}/load-profiles/{name}/delete")
  String deleteLoadProfile(
      @PathVariable String model,
      @PathVariable String name,
      @ModelAttribute RemovalForm form,
      Model view,
      ServerWebExchange exchange) {
    return attempt(
        () -> delete(loadProfiles, loadChanges, model, name, form, exchange),
        "/console/models/%s?tab=profiles".formatted(model),
        Asked.removal(model, "profiles", "load-profile", name),
        view,
        exchange);
  }

  @PostMapping("/console/models/{model}/decoding-profiles/{name}/delete")
  String deleteDecodingProfile(
      @PathVariable String model,
      @PathVariable String name,
      @ModelAttribute RemovalForm form,
      Model view,
      ServerWebExchange exchange) {
    return attempt(
        () -> delete(decodingProfiles, decodingChanges, model, name, form, exchange),
        "/console/models/%s?tab=decoding".formatted(model),
        Asked.removal(model, "decoding", "decoding-profile", name),
        view,
        exchange);
  }

  private static <P extends Profile, S> void delete(
      Profiles<P, ?> profiles,
      ProfileChanges<P, S> changes,
      String model,
      String name,
      RemovalForm form,
      ServerWebExchange exchange) {
    var before = changes.view(profiles.require(model, name));
    changes.delete(model, name, form.seen());
    Audited.change(exchange, before, null);
  }

  /**
   * @param done where it goes on
   * @param refusedAt what is shown beside the reason if it is refused: what was to be deleted is
   *     asked about again, as it is now
   */
  private String attempt(
      Runnable change, String done, Asked refusedAt, Model view, ServerWebExchange exchange) {
    Problem refused = Attempt.refusal(change);
    if (refused == null) {
      return "redirect:" + done;
    }
    Attempt.explain(refused, view, exchange);
    return tabs.page(refusedAt, view, exchange);
  }
}
