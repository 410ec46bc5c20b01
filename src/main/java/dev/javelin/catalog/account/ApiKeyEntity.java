package dev.javelin.catalog.account;

import dev.javelin.catalog.TimeSortedId;
import jakarta.persistence.Column;
import jakarta.persistence.Embedded;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A key; of its secret only the digest. */
@Entity
@Table(name = "api_key")
class ApiKeyEntity {
  private static final String SEPARATOR = "\n";

  @Id private UUID id = TimeSortedId.next();

  @Column(name = "key_id", nullable = false, unique = true, length = 16)
  private String keyId = "";

  @Column(nullable = false)
  private String name = "";

  @Column(nullable = false)
  private String owner = "";

  @Column(nullable = false)
  private String tenant = "";

  @Enumerated(EnumType.STRING)
  @Column(length = 16)
  private @Nullable Role role;

  /** Separated by line ends; empty: all. */
  @Column(nullable = false, length = 4096)
  private String aliases = "";

  @Column(nullable = false, length = 64)
  private String sha256 = "";

  /** Hibernate reads an embedded value whose columns are all null as null. */
  @Embedded private @Nullable LimitColumns limits;

  @Column(name = "created_at", nullable = false)
  private Instant createdAt = Instant.EPOCH;

  @Column(name = "expires_at")
  private @Nullable Instant expiresAt;

  @Column(name = "revoked_at")
  private @Nullable Instant revokedAt;

  @Version private long revision;

  protected ApiKeyEntity() {}

  ApiKeyEntity(ApiKey key) {
    keyId = key.id();
    name = key.name();
    owner = key.owner();
    tenant = key.tenant();
    role = key.role().orElse(null);
    aliases = String.join(SEPARATOR, key.aliases());
    sha256 = key.sha256();
    limits = new LimitColumns(key.limits());
    createdAt = key.createdAt();
    expiresAt = key.expiresAt();
  }

  void revoke(Instant when) {
    if (revokedAt == null) {
      revokedAt = when;
    }
  }

  UUID id() {
    return id;
  }

  ApiKey key() {
    return new ApiKey(
        keyId,
        name,
        owner,
        tenant,
        Optional.ofNullable(role),
        aliases.isEmpty() ? Set.of() : Set.of(aliases.split(SEPARATOR)),
        limits == null ? Limits.NONE : limits.limits(),
        sha256,
        createdAt,
        expiresAt,
        revokedAt,
        revision);
  }
}
