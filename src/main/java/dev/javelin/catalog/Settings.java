package dev.javelin.catalog;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Settings made at run time. Every call blocks on the database. */
@Service
@Transactional
public class Settings {
  private final SettingRepository settings;

  Settings(SettingRepository settings) {
    this.settings = settings;
  }

  @Transactional(readOnly = true)
  public Map<String, String> all() {
    Map<String, String> all = new TreeMap<>();
    settings.findAll().forEach(setting -> all.put(setting.key(), setting.value()));
    return all;
  }

  @Transactional(readOnly = true)
  public Optional<String> find(String key) {
    return settings.findById(key).map(SettingEntity::value);
  }

  public void put(String key, String value) {
    SettingEntity entity = settings.findById(key).orElseGet(() -> new SettingEntity(key, value));
    entity.value(value);
    settings.save(entity);
  }

  public void delete(String key) {
    settings.findById(key).ifPresent(settings::delete);
  }
}
