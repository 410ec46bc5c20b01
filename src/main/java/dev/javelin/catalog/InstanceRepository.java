package dev.javelin.catalog;

import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.JpaRepository;

interface InstanceRepository extends JpaRepository<InstanceEntity, UUID> {
  List<InstanceEntity> findByStateInOrderById(Collection<InstanceRecord.State> states);

  boolean existsByVersionIdAndStateIn(UUID version, Collection<InstanceRecord.State> states);

  List<InstanceEntity> findByIdLessThanOrderByIdDesc(UUID before, Limit limit);
}
