package dev.javelin.catalog;

import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.springframework.transaction.annotation.Transactional;

/** The stored profiles of one kind. Every call blocks on the database. */
@Transactional
public abstract class Profiles<P extends Profile, E extends ProfileEntity<P>> {
  private final String kind;
  private final ProfileRepository<E> profiles;
  private final BiFunction<ModelEntity, String, E> fresh;
  private final Function<E, List<AliasEntity>> users;
  private final ModelRepository models;
  private final Clock clock;

  /**
   * @param kind for messages
   * @param fresh makes one of a model and a name
   * @param users the aliases that use one
   */
  Profiles(
      String kind,
      ProfileRepository<E> profiles,
      BiFunction<ModelEntity, String, E> fresh,
      Function<E, List<AliasEntity>> users,
      ModelRepository models,
      Clock clock) {
    this.kind = kind;
    this.profiles = profiles;
    this.fresh = fresh;
    this.users = users;
    this.models = models;
    this.clock = clock;
  }

  /**
   * @throws CatalogException NOT_FOUND if there is no such model
   */
  @Transactional(readOnly = true)
  public List<P> list(String model) {
    List<E> found = profiles.findByModelNameOrderByName(model);
    if (found.isEmpty()) {
      var _ = requireModel(model);
    }
    return found.stream().map(ProfileEntity::view).toList();
  }

  @Transactional(readOnly = true)
  public Optional<P> find(String model, String name) {
    return profiles.findByModelNameAndName(model, name).map(ProfileEntity::view);
  }

  @Transactional(readOnly = true)
  public Optional<P> find(UUID id) {
    return profiles.findById(id).map(ProfileEntity::view);
  }

  /**
   * @throws CatalogException NOT_FOUND
   */
  @Transactional(readOnly = true)
  public P require(String model, String name) {
    return entity(model, name).view();
  }

  /**
   * Creates it, or replaces its settings.
   *
   * @param settings a JSON object
   * @throws CatalogException NOT_FOUND if there is no such model
   * @throws StaleRevisionException if it is not in the state that {@code revision} says
   */
  public P put(String model, String name, String settings, Revision revision) {
    ModelEntity owner = requireModel(model);
    Optional<E> known = profiles.findByModelNameAndName(model, name);
    known.ifPresent(profile -> revision.check(kind, label(model, name), profile.revision));
    if (known.isEmpty() && revision instanceof Revision.Exactly) {
      throw CatalogException.notFound(kind, name);
    }
    E entity = known.orElseGet(() -> fresh.apply(owner, name));
    entity.settings = settings;
    entity.changedAt = clock.instant().truncatedTo(ChronoUnit.MICROS);
    return profiles.saveAndFlush(entity).view();
  }

  /**
   * @throws CatalogException NOT_FOUND, or IN_USE while an alias uses it
   * @throws StaleRevisionException if it is not in the state that {@code revision} says
   */
  public void delete(String model, String name, Revision revision) {
    E entity = entity(model, name);
    revision.check(kind, label(model, name), entity.revision);
    List<AliasEntity> using = users.apply(entity);
    if (!using.isEmpty()) {
      throw Models.inUse(kind, label(model, name), using);
    }
    profiles.delete(entity);
  }

  private E entity(String model, String name) {
    return profiles
        .findByModelNameAndName(model, name)
        .orElseThrow(
            () -> {
              var _ = requireModel(model);
              return CatalogException.notFound(kind, name);
            });
  }

  private ModelEntity requireModel(String model) {
    return models.findByName(model).orElseThrow(() -> CatalogException.notFound("model", model));
  }

  private static String label(String model, String name) {
    return model + "/" + name;
  }
}
