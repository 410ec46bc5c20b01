package dev.javelin.catalog.history;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Modifying;
import org.springframework.data.jpa.repository.Query;

interface ServingPointRepository extends JpaRepository<ServingPointEntity, ServingPointEntity.Key> {
  List<ServingPointEntity> findByKeyNodeAndKeyBeginsAtGreaterThanEqualOrderByKeyBeginsAt(
      UUID node, Instant from);

  @Modifying
  @Query("delete from ServingPointEntity point where point.key.beginsAt < :before")
  int deleteBefore(Instant before);
}
