package dev.javelin.catalog;

import static java.util.stream.Collectors.joining;

import dev.javelin.catalog.CatalogException.Reason;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Models and their versions. Every call blocks on the database: call it on a virtual thread. */
@Service("registeredModels") // "models" is the name of a health check
@Transactional
public class Models {
  private final ModelRepository models;
  private final ModelVersionRepository versions;
  private final AliasRepository aliases;
  private final LoadProfileRepository loadProfiles;
  private final DecodingProfileRepository decodingProfiles;
  private final InstanceRepository instances;
  private final FileRemovalRepository removals;
  private final Clock clock;

  Models(
      ModelRepository models,
      ModelVersionRepository versions,
      AliasRepository aliases,
      LoadProfileRepository loadProfiles,
      DecodingProfileRepository decodingProfiles,
      InstanceRepository instances,
      FileRemovalRepository removals,
      Clock clock) {
    this.models = models;
    this.versions = versions;
    this.aliases = aliases;
    this.loadProfiles = loadProfiles;
    this.decodingProfiles = decodingProfiles;
    this.instances = instances;
    this.removals = removals;
    this.clock = clock;
  }

  @Transactional(readOnly = true)
  public List<RegisteredModel> list() {
    return models.findAll().stream()
        .map(ModelEntity::view)
        .sorted(Comparator.comparing(RegisteredModel::name))
        .toList();
  }

  @Transactional(readOnly = true)
  public Optional<RegisteredModel> find(String name) {
    return models.findByName(name).map(ModelEntity::view);
  }

  /**
   * @throws CatalogException NOT_FOUND
   */
  @Transactional(readOnly = true)
  public RegisteredModel require(String name) {
    return entity(name).view();
  }

  /**
   * @throws CatalogException ALREADY_EXISTS
   */
  public RegisteredModel create(String name, String description) {
    if (models.findByName(name).isPresent()) {
      throw CatalogException.nameTaken("model", name);
    }
    return models.saveAndFlush(new ModelEntity(name, description, now())).view();
  }

  /**
   * @throws CatalogException NOT_FOUND
   * @throws StaleRevisionException if it is not at {@code revision}
   */
  public RegisteredModel describe(String name, String description, Revision revision) {
    ModelEntity entity = entity(name);
    revision.check("model", name, entity.revision);
    entity.description = description;
    return models.saveAndFlush(entity).view();
  }

  /**
   * Removes a model with its versions and profiles. Files that Javelin stored for them are noted in
   * {@link FileRemovals}.
   *
   * @throws CatalogException NOT_FOUND, or IN_USE while an alias points at it or it is in memory
   * @throws StaleRevisionException if it is not at {@code revision}
   */
  public void delete(String name, Revision revision) {
    ModelEntity entity = entity(name);
    revision.check("model", name, entity.revision);
    List<AliasEntity> users =
        aliases.findAll().stream().filter(a -> a.version.model.id.equals(entity.id)).toList();
    if (!users.isEmpty()) {
      throw inUse("model", name, users);
    }
    versions.findByModel(name).forEach(this::remove);
    loadProfiles.deleteAll(loadProfiles.findByModelNameOrderByName(name));
    decodingProfiles.deleteAll(decodingProfiles.findByModelNameOrderByName(name));
    models.delete(entity);
  }

  /** Of all models, by their names and numbers. */
  @Transactional(readOnly = true)
  public List<ModelVersion> versions() {
    return versions.findAll().stream()
        .map(ModelVersionEntity::view)
        .sorted(Comparator.comparing(ModelVersion::model).thenComparingInt(ModelVersion::number))
        .toList();
  }

  /**
   * @throws CatalogException NOT_FOUND if there is no such model
   */
  @Transactional(readOnly = true)
  public List<ModelVersion> versions(String model) {
    List<ModelVersionEntity> found = versions.findByModel(model);
    if (found.isEmpty()) {
      var _ = entity(model);
    }
    return found.stream().map(ModelVersionEntity::view).toList();
  }

  /**
   * @throws CatalogException NOT_FOUND
   */
  @Transactional(readOnly = true)
  public ModelVersion version(String model, int number) {
    return versionEntity(model, number).view();
  }

  @Transactional(readOnly = true)
  public Optional<ModelVersion> version(UUID id) {
    return versions.findById(id).map(ModelVersionEntity::view);
  }

  /**
   * Adds a version with the next number. The number of a deleted one is not given again: an alias's
   * history names versions by it.
   *
   * @throws CatalogException NOT_FOUND
   */
  public ModelVersion addVersion(String model, NewVersion version) {
    ModelEntity entity = entity(model);
    models.countVersion(entity.id);
    int number = models.lastVersion(entity.id);
    return versions.saveAndFlush(new ModelVersionEntity(entity, number, version, now())).view();
  }

  /**
   * Writes down digests that were computed after the version was added; they never change again.
   */
  public ModelVersion storeDigests(UUID id, String sha256, UnaryOperator<VersionFile> digested) {
    ModelVersionEntity entity =
        versions.findById(id).orElseThrow(() -> CatalogException.notFound("version", id));
    if (entity.sha256 == null) {
      entity.sha256 = sha256;
      entity.files.replaceAll(file -> new StoredFile(digested.apply(file.view())));
    }
    return versions.saveAndFlush(entity).view();
  }

  /**
   * Removes a version. Files that Javelin stored for it are noted in {@link FileRemovals}.
   *
   * @throws CatalogException NOT_FOUND, or IN_USE while an alias points at it or it is in memory
   */
  public void deleteVersion(String model, int number) {
    ModelVersionEntity entity = versionEntity(model, number);
    List<AliasEntity> users = aliases.findByVersion(entity);
    if (!users.isEmpty()) {
      throw inUse("version", model + ":" + number, users);
    }
    remove(entity);
  }

  private void remove(ModelVersionEntity entity) {
    ModelVersion version = entity.view();
    if (instances.existsByVersionIdAndStateIn(version.id(), InstanceRecords.LIVE)) {
      throw new CatalogException(
          Reason.IN_USE,
          "%s is in memory; unload it first".formatted(version.label()),
          Wording.of("in-memory", version.label()));
    }
    if (version.stored()) {
      for (String file : version.locations()) {
        removals.save(new FileRemovalEntity(file, now()));
      }
    }
    versions.delete(entity);
  }

  private ModelEntity entity(String name) {
    return models.findByName(name).orElseThrow(() -> CatalogException.notFound("model", name));
  }

  private ModelVersionEntity versionEntity(String model, int number) {
    return versions
        .findByModelNameAndNumber(model, number)
        .orElseThrow(() -> CatalogException.notFound("version", model + ":" + number));
  }

  static CatalogException inUse(String what, String name, List<AliasEntity> users) {
    String aliases = users.stream().map(alias -> alias.name).sorted().collect(joining(", "));
    return new CatalogException(
        Reason.IN_USE,
        "the %s '%s' is used by %s; retarget or delete these aliases first"
            .formatted(what, name, aliases),
        Wording.of("used", name, aliases));
  }

  /** Both databases keep microseconds; an instant that comes back is then the one that went in. */
  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }
}
