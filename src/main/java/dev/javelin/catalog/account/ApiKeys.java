package dev.javelin.catalog.account;

import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The keys programs call with. Every call blocks on the database: call it on a virtual thread. */
@Service
@Transactional
public class ApiKeys {
  private final ApiKeyRepository keys;
  private final Clock clock;

  ApiKeys(ApiKeyRepository keys, Clock clock) {
    this.keys = keys;
    this.clock = clock;
  }

  @Transactional(readOnly = true)
  public Optional<ApiKey> find(String id) {
    return keys.findByKeyId(id).map(ApiKeyEntity::key);
  }

  /** All, oldest first, revoked ones too. */
  @Transactional(readOnly = true)
  public List<ApiKey> list() {
    return keys.findAllByOrderById().stream().map(ApiKeyEntity::key).toList();
  }

  @Transactional(readOnly = true)
  public List<ApiKey> ownedBy(String owner) {
    return keys.findByOwnerOrderById(owner).stream().map(ApiKeyEntity::key).toList();
  }

  public ApiKey create(ApiKey key) {
    return keys.saveAndFlush(new ApiKeyEntity(key)).key();
  }

  /** Ends a key for good; the row stays, for the audit. Empty if there is no such key. */
  public Optional<ApiKey> revoke(String id) {
    return keys.findByKeyId(id)
        .map(
            entity -> {
              entity.revoke(clock.instant());
              return keys.saveAndFlush(entity).key();
            });
  }
}
