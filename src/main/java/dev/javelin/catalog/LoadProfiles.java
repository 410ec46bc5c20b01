package dev.javelin.catalog;

import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Stored load profiles. Every call blocks on the database. */
@Service
@Transactional
public class LoadProfiles {
  private final LoadProfileRepository profiles;
  private final ModelRepository models;
  private final AliasRepository aliases;
  private final Clock clock;

  LoadProfiles(
      LoadProfileRepository profiles,
      ModelRepository models,
      AliasRepository aliases,
      Clock clock) {
    this.profiles = profiles;
    this.models = models;
    this.aliases = aliases;
    this.clock = clock;
  }

  /**
   * @throws CatalogException NOT_FOUND if there is no such model
   */
  @Transactional(readOnly = true)
  public List<LoadProfile> list(String model) {
    requireModel(model);
    return profiles.findByModelNameOrderByName(model).stream()
        .map(LoadProfileEntity::view)
        .toList();
  }

  @Transactional(readOnly = true)
  public Optional<LoadProfile> find(String model, String name) {
    return profiles.findByModelNameAndName(model, name).map(LoadProfileEntity::view);
  }

  @Transactional(readOnly = true)
  public Optional<LoadProfile> find(UUID id) {
    return profiles.findById(id).map(LoadProfileEntity::view);
  }

  /**
   * @throws CatalogException NOT_FOUND
   */
  @Transactional(readOnly = true)
  public LoadProfile require(String model, String name) {
    return entity(model, name).view();
  }

  /**
   * Creates it, or replaces its settings.
   *
   * @param settings a JSON object
   * @throws CatalogException NOT_FOUND if there is no such model
   * @throws StaleRevisionException if it is not in the state that {@code revision} says
   */
  public LoadProfile put(String model, String name, String settings, Revision revision) {
    ModelEntity owner = requireModel(model);
    Optional<LoadProfileEntity> known = profiles.findByModelNameAndName(model, name);
    known.ifPresent(profile -> revision.check(label(model, name), profile.revision));
    if (known.isEmpty() && revision instanceof Revision.Exactly) {
      throw CatalogException.notFound("load profile", name);
    }
    LoadProfileEntity entity = known.orElseGet(() -> new LoadProfileEntity(owner, name));
    entity.settings = settings;
    entity.changedAt = clock.instant().truncatedTo(ChronoUnit.MICROS);
    return profiles.saveAndFlush(entity).view();
  }

  /**
   * @throws CatalogException NOT_FOUND, or IN_USE while an alias uses it
   * @throws StaleRevisionException if it is not in the state that {@code revision} says
   */
  public void delete(String model, String name, Revision revision) {
    LoadProfileEntity entity = entity(model, name);
    revision.check(label(model, name), entity.revision);
    List<AliasEntity> users = aliases.findByLoadProfile(entity);
    if (!users.isEmpty()) {
      throw Models.inUse(label(model, name), users);
    }
    profiles.delete(entity);
  }

  private LoadProfileEntity entity(String model, String name) {
    requireModel(model);
    return profiles
        .findByModelNameAndName(model, name)
        .orElseThrow(() -> CatalogException.notFound("load profile", name));
  }

  private ModelEntity requireModel(String model) {
    return models.findByName(model).orElseThrow(() -> CatalogException.notFound("model", model));
  }

  private static String label(String model, String name) {
    return "the load profile '%s' of '%s'".formatted(name, model);
  }
}
