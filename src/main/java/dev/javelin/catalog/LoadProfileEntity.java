package dev.javelin.catalog;

import jakarta.persistence.Entity;
import jakarta.persistence.Table;

@Entity
@Table(name = "load_profile")
class LoadProfileEntity extends ProfileEntity<LoadProfile> {
  protected LoadProfileEntity() {}

  LoadProfileEntity(ModelEntity model, String name) {
    super(model, name);
  }

  @Override
  LoadProfile view() {
    return new LoadProfile(id, model.name, name, settings, changedAt, revision);
  }
}
