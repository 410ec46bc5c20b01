package dev.javelin.catalog;

import jakarta.persistence.Entity;
import jakarta.persistence.Table;

@Entity
@Table(name = "decoding_profile")
class DecodingProfileEntity extends ProfileEntity<DecodingProfile> {
  protected DecodingProfileEntity() {}

  DecodingProfileEntity(ModelEntity model, String name) {
    super(model, name);
  }

  @Override
  DecodingProfile view() {
    return new DecodingProfile(id, model.name, name, settings, changedAt, revision);
  }
}
