package dev.javelin.console;

import dev.javelin.catalog.Alias;
import dev.javelin.catalog.AliasChange;
import dev.javelin.catalog.AliasTarget;
import dev.javelin.catalog.Aliases;
import dev.javelin.catalog.LoadProfile;
import dev.javelin.catalog.ModelVersion;
import dev.javelin.catalog.Models;
import dev.javelin.catalog.RegisteredModel;
import dev.javelin.service.AliasChanges;
import dev.javelin.service.ModelRegistry;
import dev.javelin.service.Problem;
import dev.javelin.service.ProblemException;
import dev.javelin.service.ServedModel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** What the pages of the catalog show. */
@Component
final class ModelPages {
  /**
   * @param newest null while it has no version
   */
  record ModelRow(
      RegisteredModel model,
      @Nullable ModelVersion newest,
      int versions,
      List<AliasState> aliases) {}

  record AliasState(String name, String state) {}

  /**
   * @param former what it stood for before; null if never anything else
   */
  record AliasLine(Alias alias, String state, @Nullable AliasTarget former) {}

  /**
   * @param before what the alias stood for until then; null: it was new
   * @param now whether this is what it stands for
   * @param gone whether there is no such alias any more
   */
  record HistoryRow(
      AliasChange change,
      @Nullable AliasTarget before,
      AliasTarget after,
      boolean now,
      boolean gone) {
    /** Whether only when it comes and goes was changed. Public, as templates need. */
    public boolean same() {
      return after.equals(before);
    }
  }

  /** One version and the aliases that stand for it. */
  record VersionRow(ModelVersion version, List<String> aliases) {
    public String digest() {
      String sha = version.sha256();
      return sha == null ? "" : sha.substring(0, 12);
    }
  }

  private final Models models;
  private final Aliases aliases;
  private final AliasChanges changes;
  private final ModelRegistry registry;

  ModelPages(Models models, Aliases aliases, AliasChanges changes, ModelRegistry registry) {
    this.models = models;
    this.aliases = aliases;
    this.changes = changes;
    this.registry = registry;
  }

  List<ModelRow> list() {
    List<Alias> all = aliases.list();
    Map<String, List<ModelVersion>> known =
        models.versions().stream().collect(Collectors.groupingBy(ModelVersion::model));
    return models.list().stream()
        .map(
            model -> {
              List<ModelVersion> versions = known.getOrDefault(model.name(), List.of());
              return new ModelRow(
                  model,
                  versions.isEmpty() ? null : versions.getLast(),
                  versions.size(),
                  all.stream()
                      .filter(alias -> alias.version().model().equals(model.name()))
                      .map(alias -> new AliasState(alias.name(), state(alias.name())))
                      .toList());
            })
        .toList();
  }

  List<VersionRow> versions(String model) {
    List<Alias> all = aliases.list();
    return models.versions(model).reversed().stream()
        .map(
            version ->
                new VersionRow(
                    version,
                    all.stream()
                        .filter(alias -> alias.version().id().equals(version.id()))
                        .map(Alias::name)
                        .toList()))
        .toList();
  }

  List<AliasLine> aliases(String model) {
    return aliases.list().stream()
        .filter(alias -> alias.version().model().equals(model))
        .map(alias -> new AliasLine(alias, state(alias.name()), former(alias)))
        .toList();
  }

  private @Nullable AliasTarget former(Alias alias) {
    try {
      return changes.former(alias);
    } catch (ProblemException e) {
      if (e.problem().type() == Problem.Type.CONFLICT) {
        return null;
      }
      throw e;
    }
  }

  /** Every retarget of aliases that stood or stand for the model, newest first. */
  List<HistoryRow> history(String model) {
    List<HistoryRow> all = new ArrayList<>();
    for (String name : aliases.everOf(model)) {
      AliasTarget now = aliases.find(name).map(AliasChanges::target).orElse(null);
      List<AliasChange> changes = aliases.history(name);
      for (int i = 0; i < changes.size(); i++) {
        AliasTarget after = target(changes.get(i));
        AliasTarget before = i + 1 < changes.size() ? target(changes.get(i + 1)) : null;
        if (after.model().equals(model) || (before != null && before.model().equals(model))) {
          all.add(new HistoryRow(changes.get(i), before, after, after.equals(now), now == null));
        }
      }
    }
    all.sort(
        Comparator.comparing((HistoryRow row) -> row.change().changedAt())
            .thenComparing(row -> row.change().id().toString())
            .reversed());
    return all;
  }

  private static AliasTarget target(AliasChange change) {
    return new AliasTarget(
        change.model(), change.version(), change.loadProfile(), change.decodingProfile());
  }

  /** Aliases that load with a profile. */
  List<String> usersOf(LoadProfile profile) {
    return aliases.list().stream()
        .filter(alias -> alias.loadProfile().id().equals(profile.id()))
        .map(Alias::name)
        .toList();
  }

  private String state(String alias) {
    ServedModel served = registry.find(alias);
    if (served == null) {
      return "unloaded";
    }
    return switch (served.state()) {
      case ServedModel.State.Loading _ -> "loading";
      case ServedModel.State.Failed _ -> "failed";
      case ServedModel.State.Unloaded _ -> "unloaded";
      case ServedModel.State.Ready _ -> "ready";
    };
  }
}
