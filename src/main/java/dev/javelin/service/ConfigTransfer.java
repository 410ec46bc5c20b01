package dev.javelin.service;

import dev.javelin.catalog.Alias;
import dev.javelin.catalog.AliasTarget;
import dev.javelin.catalog.Aliases;
import dev.javelin.catalog.DecodingProfile;
import dev.javelin.catalog.DecodingProfiles;
import dev.javelin.catalog.LoadProfile;
import dev.javelin.catalog.LoadProfiles;
import dev.javelin.catalog.ModelVersion;
import dev.javelin.catalog.Models;
import dev.javelin.catalog.RegisteredModel;
import dev.javelin.catalog.Revision;
import dev.javelin.catalog.Settings;
import dev.javelin.service.ConfigFile.AliasEntry;
import dev.javelin.service.ConfigFile.ModelEntry;
import dev.javelin.service.ConfigFile.VersionEntry;
import dev.javelin.service.Problem.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;

/** Writes the catalog into one document, and reads it back. */
@Service
public final class ConfigTransfer {
  /** What reading a document does to one thing. */
  public enum Action {
    CREATE,
    UPDATE,
    UNCHANGED,
    /** The version's files are not here: register them, then read the document again. */
    MISSING_FILES
  }

  /** One line of what reading a document does. */
  public record Change(Action action, String kind, String name) {}

  private final Models models;
  private final LoadProfiles loadProfiles;
  private final DecodingProfiles decodingProfiles;
  private final Aliases aliases;
  private final Settings settings;
  private final ProfileDocuments documents;
  private final DecodingChecks checks;
  private final ModelRoots roots;
  private final Registrations registrations;
  private final Routes routes;
  private final TransactionTemplate transactions;

  ConfigTransfer(
      Models models,
      LoadProfiles loadProfiles,
      DecodingProfiles decodingProfiles,
      Aliases aliases,
      Settings settings,
      ProfileDocuments documents,
      DecodingChecks checks,
      ModelRoots roots,
      Registrations registrations,
      Routes routes,
      TransactionTemplate transactions) {
    this.models = models;
    this.loadProfiles = loadProfiles;
    this.decodingProfiles = decodingProfiles;
    this.aliases = aliases;
    this.settings = settings;
    this.documents = documents;
    this.checks = checks;
    this.roots = roots;
    this.registrations = registrations;
    this.routes = routes;
    this.transactions = transactions;
  }

  public ConfigFile export() {
    return new ConfigFile(
        models.list().stream().map(this::entry).toList(),
        aliases.list().stream()
            .map(
                alias ->
                    new AliasEntry(
                        alias.name(),
                        alias.version().model(),
                        alias.version().number(),
                        alias.loadProfile().name(),
                        alias.decodingProfile().name(),
                        alias.policy()))
            .toList(),
        settings.all());
  }

  private ModelEntry entry(RegisteredModel model) {
    Map<String, LoadSettings> loads = new TreeMap<>();
    for (LoadProfile profile : loadProfiles.list(model.name())) {
      loads.put(profile.name(), documents.load(profile.settings()));
    }
    Map<String, DecodingSettings> decodings = new TreeMap<>();
    for (DecodingProfile profile : decodingProfiles.list(model.name())) {
      decodings.put(profile.name(), documents.decoding(profile.settings()));
    }
    return new ModelEntry(
        model.name(),
        model.description(),
        models.versions(model.name()).stream()
            .map(v -> new VersionEntry(v.number(), v.source(), v.path(), v.sha256()))
            .toList(),
        loads,
        decodings);
  }

  /**
   * Creates and changes what the document has, all of it or nothing; deletes nothing.
   *
   * @param dryRun only says what it would do
   * @throws ProblemException INVALID_REQUEST if it contradicts itself or what is here
   */
  public List<Change> read(ConfigFile file, boolean dryRun, String actor) {
    List<Change> changes = new ArrayList<>();
    List<ModelVersion> added = new ArrayList<>();
    transactions.executeWithoutResult(
        status -> {
          file.models().forEach(model -> read(model, changes, added));
          file.aliases().forEach(alias -> read(alias, changes, actor));
          file.settings().forEach((key, value) -> read(key, value, changes));
          if (dryRun) {
            status.setRollbackOnly();
          }
        });
    if (!dryRun) {
      added.forEach(version -> registrations.digested(version, actor));
      routes.refresh();
    }
    return changes;
  }

  private void read(ModelEntry entry, List<Change> changes, List<ModelVersion> added) {
    String name = entry.name();
    Optional<RegisteredModel> known = models.find(name);
    if (known.isEmpty()) {
      models.create(name, entry.description());
      changes.add(new Change(Action.CREATE, "model", name));
    } else if (known.get().description().equals(entry.description())) {
      changes.add(new Change(Action.UNCHANGED, "model", name));
    } else {
      models.describe(name, entry.description(), Revision.ANY);
      changes.add(new Change(Action.UPDATE, "model", name));
    }
    entry.versions().forEach(version -> read(name, version, changes, added));
    entry
        .loadProfiles()
        .forEach(
            (profile, value) -> {
              value.options();
              String text = documents.write(value);
              var old = loadProfiles.find(name, profile).map(LoadProfile::settings);
              changes.add(change(old, text, "load-profile", name + "/" + profile));
              if (!old.equals(Optional.of(text))) {
                loadProfiles.put(name, profile, text, Revision.ANY);
              }
            });
    entry
        .decodingProfiles()
        .forEach(
            (profile, value) -> {
              checks.check(value);
              String text = documents.write(value);
              var old = decodingProfiles.find(name, profile).map(DecodingProfile::settings);
              changes.add(change(old, text, "decoding-profile", name + "/" + profile));
              if (!old.equals(Optional.of(text))) {
                decodingProfiles.put(name, profile, text, Revision.ANY);
              }
            });
  }

  private static Change change(Optional<String> old, String now, String kind, String name) {
    Action action =
        old.isEmpty() ? Action.CREATE : old.get().equals(now) ? Action.UNCHANGED : Action.UPDATE;
    return new Change(action, kind, name);
  }

  private void read(
      String model, VersionEntry entry, List<Change> changes, List<ModelVersion> added) {
    String label = model + ":" + entry.number();
    for (ModelVersion known : models.versions(model)) {
      if (known.number() == entry.number()) {
        if (entry.sha256() != null
            && known.sha256() != null
            && !entry.sha256().equals(known.sha256())) {
          throw new ProblemException(
              Type.CONFLICT, "%s is here with other files: versions never change".formatted(label));
        }
        changes.add(new Change(Action.UNCHANGED, "version", label));
        return;
      }
    }
    try {
      var path = roots.checked(entry.path());
      added.add(registrations.add(model, path, entry.source()));
      changes.add(new Change(Action.CREATE, "version", label));
    } catch (ProblemException e) {
      changes.add(new Change(Action.MISSING_FILES, "version", label));
    }
  }

  private void read(AliasEntry entry, List<Change> changes, String actor) {
    AliasTarget target =
        new AliasTarget(
            entry.model(), entry.version(), entry.loadProfile(), entry.decodingProfile());
    String label = entry.model() + ":" + entry.version();
    boolean there =
        models.versions(entry.model()).stream().anyMatch(v -> v.number() == entry.version());
    Optional<Alias> known = aliases.find(entry.name());
    if (!there) {
      changes.add(new Change(Action.MISSING_FILES, "alias", entry.name()));
      return;
    }
    boolean same =
        known.isPresent()
            && known.get().policy().equals(entry.policy())
            && known.get().version().model().equals(entry.model())
            && known.get().version().number() == entry.version()
            && known.get().loadProfile().name().equals(entry.loadProfile())
            && known.get().decodingProfile().name().equals(entry.decodingProfile());
    if (!same) {
      aliases.put(entry.name(), target, entry.policy(), Revision.ANY, actor, "import");
    }
    changes.add(
        new Change(
            same ? Action.UNCHANGED : known.isPresent() ? Action.UPDATE : Action.CREATE,
            "alias",
            entry.name()));
  }

  private void read(String key, String value, List<Change> changes) {
    Optional<String> old = settings.find(key);
    changes.add(change(old, value, "setting", key));
    if (!old.equals(Optional.of(value))) {
      settings.put(key, value);
    }
  }
}
