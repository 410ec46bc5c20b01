package dev.javelin.catalog.account;

import dev.javelin.catalog.TimeSortedId;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Instant;
import java.util.UUID;

/** A person; the password only as a hash that names its own scheme. */
@Entity
@Table(name = "account")
class AccountEntity {
  @Id private UUID id = TimeSortedId.next();

  @Column(nullable = false, unique = true)
  private String name = "";

  @Enumerated(EnumType.STRING)
  @Column(nullable = false, length = 16)
  private Role role = Role.VIEWER;

  @Column(name = "password_hash", nullable = false)
  private String passwordHash = "";

  @Column(name = "must_change_password", nullable = false)
  private boolean mustChangePassword;

  @Column(name = "created_at", nullable = false)
  private Instant createdAt = Instant.EPOCH;

  @Version private long revision;

  protected AccountEntity() {}

  AccountEntity(String name, Role role, Instant createdAt) {
    this.name = name;
    this.role = role;
    this.createdAt = createdAt;
  }

  void password(String hash, boolean mustChange) {
    passwordHash = hash;
    mustChangePassword = mustChange;
  }

  void role(Role next) {
    role = next;
  }

  UUID id() {
    return id;
  }

  String passwordHash() {
    return passwordHash;
  }

  Account account() {
    return new Account(id, name, role, mustChangePassword, createdAt, revision);
  }
}
