package dev.javelin.catalog;

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
  private final Clock clock;

  Models(
      ModelRepository models,
      ModelVersionRepository versions,
      AliasRepository aliases,
      LoadProfileRepository loadProfiles,
      DecodingProfileRepository decodingProfiles,
      Clock clock) {
    this.models = models;
    this.versions = versions;
    this.aliases = aliases;
    this.loadProfiles = loadProfiles;
    this.decodingProfiles = decodingProfiles;
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
    revision.check("the model '%s'".formatted(name), entity.revision);
    entity.description = description;
    return models.saveAndFlush(entity).view();
  }

  /**
   * Removes a model with its versions and profiles; its files stay.
   *
   * @throws CatalogException NOT_FOUND, or IN_USE while an alias points at it
   */
  public void delete(String name, Revision revision) {
    ModelEntity entity = entity(name);
    revision.check("the model '%s'".formatted(name), entity.revision);
    List<AliasEntity> users =
        aliases.findAll().stream().filter(a -> a.version.model.id.equals(entity.id)).toList();
    if (!users.isEmpty()) {
      throw inUse("the model '%s'".formatted(name), users);
    }
    versions.deleteAll(versions.findByModelOrderByNumber(entity));
    loadProfiles.deleteAll(loadProfiles.findByModelNameOrderByName(name));
    decodingProfiles.deleteAll(decodingProfiles.findByModelNameOrderByName(name));
    models.delete(entity);
  }

  @Transactional(readOnly = true)
  public List<ModelVersion> versions(String model) {
    return versions.findByModelOrderByNumber(entity(model)).stream()
        .map(ModelVersionEntity::view)
        .toList();
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
   * Adds a version with the next number.
   *
   * @throws CatalogException NOT_FOUND
   */
  public ModelVersion addVersion(String model, NewVersion version) {
    ModelEntity entity = entity(model);
    List<ModelVersionEntity> known = versions.findByModelOrderByNumber(entity);
    int number = known.isEmpty() ? 1 : known.getLast().number + 1;
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
   * @throws CatalogException NOT_FOUND, or IN_USE while an alias points at it
   */
  public void deleteVersion(String model, int number) {
    ModelVersionEntity entity = versionEntity(model, number);
    List<AliasEntity> users = aliases.findByVersion(entity);
    if (!users.isEmpty()) {
      throw inUse("the version %s:%d".formatted(model, number), users);
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

  static CatalogException inUse(String what, List<AliasEntity> users) {
    return new CatalogException(
        Reason.IN_USE,
        "%s is used by %s; retarget or delete these aliases first"
            .formatted(what, users.stream().map(alias -> alias.name).sorted().toList()));
  }

  /** Both databases keep microseconds; an instant that comes back is then the one that went in. */
  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }
}
