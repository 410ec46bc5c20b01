package dev.javelin.catalog;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;

/** A setting made at run time. */
@Entity
@Table(name = "setting")
class SettingEntity {
  @Id
  @Column(name = "setting_key")
  private String key = "";

  @Column(name = "setting_value", nullable = false, length = 4096)
  private String value = "";

  @Version private long revision;

  protected SettingEntity() {}

  SettingEntity(String key, String value) {
    this.key = key;
    this.value = value;
  }

  String key() {
    return key;
  }

  String value() {
    return value;
  }

  void value(String next) {
    value = next;
  }

  long revision() {
    return revision;
  }
}
