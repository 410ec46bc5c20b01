package dev.javelin.catalog;

import java.time.Instant;
import org.springframework.data.jpa.repository.JpaRepository;

interface IdempotentCallRepository extends JpaRepository<IdempotentCallEntity, String> {
  long deleteByCreatedAtBefore(Instant instant);
}
