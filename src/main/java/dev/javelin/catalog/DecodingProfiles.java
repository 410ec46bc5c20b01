package dev.javelin.catalog;

import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Stored decoding profiles. Every call blocks on the database. */
@Service
@Transactional
public class DecodingProfiles {
  private final DecodingProfileRepository profiles;
  private final ModelRepository models;
  private final AliasRepository aliases;
  private final Clock clock;

  DecodingProfiles(
      DecodingProfileRepository profiles,
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
  public List<DecodingProfile> list(String model) {
    requireModel(model);
    return profiles.findByModelNameOrderByName(model).stream()
        .map(DecodingProfileEntity::view)
        .toList();
  }

  @Transactional(readOnly = true)
  public Optional<DecodingProfile> find(String model, String name) {
    return profiles.findByModelNameAndName(model, name).map(DecodingProfileEntity::view);
  }

  @Transactional(readOnly = true)
  public Optional<DecodingProfile> find(UUID id) {
    return profiles.findById(id).map(DecodingProfileEntity::view);
  }

  /**
   * @throws CatalogException NOT_FOUND
   */
  @Transactional(readOnly = true)
  public DecodingProfile require(String model, String name) {
    return entity(model, name).view();
  }

  /**
   * Creates it, or replaces its settings.
   *
   * @param settings a JSON object
   * @throws CatalogException NOT_FOUND if there is no such model
   * @throws StaleRevisionException if it is not in the state that {@code revision} says
   */
  public DecodingProfile put(String model, String name, String settings, Revision revision) {
    ModelEntity owner = requireModel(model);
    Optional<DecodingProfileEntity> known = profiles.findByModelNameAndName(model, name);
    known.ifPresent(profile -> revision.check(label(model, name), profile.revision));
    if (known.isEmpty() && revision instanceof Revision.Exactly) {
      throw CatalogException.notFound("decoding profile", name);
    }
    DecodingProfileEntity entity = known.orElseGet(() -> new DecodingProfileEntity(owner, name));
    entity.settings = settings;
    entity.changedAt = clock.instant().truncatedTo(ChronoUnit.MICROS);
    return profiles.saveAndFlush(entity).view();
  }

  /**
   * @throws CatalogException NOT_FOUND, or IN_USE while an alias uses it
   * @throws StaleRevisionException if it is not in the state that {@code revision} says
   */
  public void delete(String model, String name, Revision revision) {
    DecodingProfileEntity entity = entity(model, name);
    revision.check(label(model, name), entity.revision);
    List<AliasEntity> users = aliases.findByDecodingProfile(entity);
    if (!users.isEmpty()) {
      throw Models.inUse(label(model, name), users);
    }
    profiles.delete(entity);
  }

  private DecodingProfileEntity entity(String model, String name) {
    requireModel(model);
    return profiles
        .findByModelNameAndName(model, name)
        .orElseThrow(() -> CatalogException.notFound("decoding profile", name));
  }

  private ModelEntity requireModel(String model) {
    return models.findByName(model).orElseThrow(() -> CatalogException.notFound("model", model));
  }

  private static String label(String model, String name) {
    return "the decoding profile '%s' of '%s'".formatted(name, model);
  }
}
