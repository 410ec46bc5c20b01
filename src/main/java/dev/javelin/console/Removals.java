package dev.javelin.console;

import dev.javelin.catalog.Alias;
import dev.javelin.catalog.Aliases;
import dev.javelin.catalog.DecodingProfiles;
import dev.javelin.catalog.LoadProfiles;
import dev.javelin.catalog.ModelVersion;
import dev.javelin.catalog.Models;
import dev.javelin.catalog.Profile;
import dev.javelin.catalog.RegisteredModel;
import dev.javelin.service.Instance;
import dev.javelin.service.InstanceView;
import dev.javelin.service.Instances;
import dev.javelin.service.Problem;
import dev.javelin.service.ProblemException;
import dev.javelin.service.RunningRequests;
import java.util.List;
import java.util.function.Predicate;
import org.springframework.stereotype.Component;

/** Tells what deleting something would mean, before it is done. Changes nothing. */
@Component
final class Removals {
  private static final String MODELS = "/console/models";

  private final Models models;
  private final LoadProfiles loadProfiles;
  private final DecodingProfiles decodingProfiles;
  private final Aliases aliases;
  private final Instances instances;
  private final RunningRequests requests;

  Removals(
      Models models,
      LoadProfiles loadProfiles,
      DecodingProfiles decodingProfiles,
      Aliases aliases,
      Instances instances,
      RunningRequests requests) {
    this.models = models;
    this.loadProfiles = loadProfiles;
    this.decodingProfiles = decodingProfiles;
    this.aliases = aliases;
    this.instances = instances;
    this.requests = requests;
  }

  /**
   * @param kind as {@link Removal} has it
   * @param name of it; a version's number
   * @throws dev.javelin.catalog.CatalogException NOT_FOUND
   * @throws ProblemException NOT_FOUND if nothing of this kind can be deleted
   */
  Removal of(String model, String kind, String name) {
    return switch (kind) {
      case "model" -> model(models.require(model));
      case "version" -> version(models.version(model, number(name)));
      case "alias" -> alias(aliases.require(name), model);
      case "load-profile" ->
          profile(
              kind,
              "profiles",
              loadProfiles.require(model, name),
              alias -> alias.loadProfile().name().equals(name),
              instance -> instance.profile().name().equals(name));
      case "decoding-profile" ->
          profile(
              kind,
              "decoding",
              decodingProfiles.require(model, name),
              alias -> alias.decodingProfile().name().equals(name),
              _ -> false);
      default ->
          throw new ProblemException(
              Problem.Type.NOT_FOUND, "nothing of the kind '%s' can be deleted".formatted(kind));
    };
  }

  private static int number(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new ProblemException(
          Problem.Type.NOT_FOUND, "'%s' is no version's number".formatted(text));
    }
  }

  private Removal model(RegisteredModel model) {
    String name = model.name();
    List<InstanceView> running = running(instance -> instance.version().model().equals(name));
    return new Removal(
        "model",
        name,
        "%s/%s/delete".formatted(MODELS, name),
        "%s/%s".formatted(MODELS, name),
        model.revision(),
        named(alias -> alias.version().model().equals(name)),
        running,
        models.versions(name).size(),
        requests(running),
        null,
        false);
  }

  private Removal version(ModelVersion version) {
    List<InstanceView> running = running(it -> it.version().id().equals(version.id()));
    return new Removal(
        "version",
        version.label(),
        "%s/%s/versions/%d/delete".formatted(MODELS, version.model(), version.number()),
        "%s/%s".formatted(MODELS, version.model()),
        null,
        named(alias -> alias.version().id().equals(version.id())),
        running,
        0,
        requests(running),
        version.path(),
        version.stored());
  }

  private Removal alias(Alias alias, String model) {
    int calls =
        (int)
            requests.list(RunningRequests.Which.RUNNING, null, Integer.MAX_VALUE).stream()
                .filter(call -> call.model().equals(alias.name()))
                .count();
    return new Removal(
        "alias",
        alias.name(),
        "%s/%s/aliases/%s/delete".formatted(MODELS, model, alias.name()),
        "%s/%s".formatted(MODELS, model),
        alias.revision(),
        List.of(),
        running(instance -> instance.serves(alias)),
        0,
        calls,
        null,
        false);
  }

  private Removal profile(
      String kind, String tab, Profile profile, Predicate<Alias> uses, Predicate<Instance> runs) {
    String model = profile.model();
    List<InstanceView> running =
        running(runs.and(instance -> instance.version().model().equals(model)));
    return new Removal(
        kind,
        profile.name(),
        "%s/%s/%ss/%s/delete".formatted(MODELS, model, kind, profile.name()),
        "%s/%s?tab=%s&profile=%s".formatted(MODELS, model, tab, profile.name()),
        profile.revision(),
        named(uses.and(alias -> alias.version().model().equals(model))),
        running,
        0,
        requests(running),
        null,
        false);
  }

  private List<String> named(Predicate<Alias> which) {
    return aliases.list().stream().filter(which).map(Alias::name).toList();
  }

  private List<InstanceView> running(Predicate<Instance> which) {
    return instances.list().stream().filter(which).map(instances::view).toList();
  }

  private static int requests(List<InstanceView> running) {
    return running.stream().mapToInt(InstanceView::requests).sum();
  }
}
