package dev.javelin.catalog;

import dev.javelin.engine.LoadedModel;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The registry's memory. Every call blocks on the database: call it on a virtual thread. */
@Service
@Transactional
public class Catalog {
  private static final DecodingDefaults UNSET =
      new DecodingDefaults(null, null, null, null, null, null, null, null);

  private final ModelRepository models;
  private final ModelVersionRepository versions;
  private final DecodingProfileRepository profiles;
  private final SettingRepository settings;

  Catalog(
      ModelRepository models,
      ModelVersionRepository versions,
      DecodingProfileRepository profiles,
      SettingRepository settings) {
    this.models = models;
    this.versions = versions;
    this.profiles = profiles;
    this.settings = settings;
  }

  /** Records a served model; a version is added only if its files differ from the last one's. */
  public void register(String name, LoadedModel model) {
    ModelEntity entity =
        models.findByName(name).orElseGet(() -> models.save(new ModelEntity(name, Instant.now())));
    ModelFiles files = ModelFiles.read(model.path());
    List<ModelVersionEntity> known = versions.findByModelOrderByNumber(entity);
    if (!known.isEmpty()
        && known.getLast().sha256().equals(files.sha256())
        && known.getLast().path().equals(files.path().toString())) {
      return;
    }
    versions.save(
        new ModelVersionEntity(entity, known.size() + 1, files, model.config().architecture()));
  }

  /** What is stored for a model; all unset if nothing is. */
  @Transactional(readOnly = true)
  public DecodingDefaults defaults(String model) {
    return models
        .findByName(model)
        .flatMap(entity -> profiles.findByModelId(entity.id()))
        .map(DecodingProfileEntity::defaults)
        .orElse(UNSET);
  }

  /**
   * Stores a model's defaults in place of the former ones.
   *
   * @throws IllegalArgumentException if no such model is registered
   */
  public void storeDefaults(String model, DecodingDefaults defaults) {
    ModelEntity entity =
        models
            .findByName(model)
            .orElseThrow(() -> new IllegalArgumentException("no model '%s'".formatted(model)));
    DecodingProfileEntity profile =
        profiles.findByModelId(entity.id()).orElseGet(() -> new DecodingProfileEntity(entity.id()));
    profile.set(defaults);
    profiles.save(profile);
  }

  @Transactional(readOnly = true)
  public Optional<String> setting(String key) {
    return settings.findById(key).map(SettingEntity::value);
  }

  public void storeSetting(String key, String value) {
    SettingEntity entity = settings.findById(key).orElseGet(() -> new SettingEntity(key, value));
    entity.value(value);
    settings.save(entity);
  }
}
