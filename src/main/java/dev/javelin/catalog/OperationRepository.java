package dev.javelin.catalog;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.JpaRepository;

interface OperationRepository extends JpaRepository<OperationEntity, UUID> {
  List<OperationEntity> findByStateIn(Collection<OperationRecord.State> states);

  List<OperationEntity> findByNodeIdAndStateAndInputIsNotNull(
      UUID node, OperationRecord.State state);

  Optional<OperationEntity> findByClaim(String claim);

  List<OperationEntity> findByIdLessThanOrderByIdDesc(UUID before, Limit limit);
}
