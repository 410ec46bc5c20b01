package dev.javelin.catalog;

import dev.javelin.catalog.OperationRecord.State;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.springframework.data.domain.Limit;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Long work of every node, as last written down. Every call blocks on the database. */
@Service
@Transactional
public class OperationRecords {
  private final OperationRepository operations;

  OperationRecords(OperationRepository operations) {
    this.operations = operations;
  }

  /**
   * @throws org.springframework.dao.DataIntegrityViolationException if another has what it claims
   */
  public void save(OperationRecord operation) {
    operations.save(new OperationEntity(operation));
  }

  @Transactional(readOnly = true)
  public Optional<OperationRecord> find(UUID id) {
    return operations.findById(id).map(OperationEntity::view);
  }

  /** The live one that has this to itself. */
  @Transactional(readOnly = true)
  public Optional<OperationRecord> holder(String claim) {
    return operations.findByClaim(claim).map(OperationEntity::view);
  }

  /** Newest first. */
  @Transactional(readOnly = true)
  public List<OperationRecord> before(UUID id, int limit) {
    return operations.findByIdLessThanOrderByIdDesc(id, Limit.of(limit)).stream()
        .map(OperationEntity::view)
        .toList();
  }

  /** Says of everything these nodes were doing that it was interrupted. */
  public void interruptAll(Set<UUID> nodes, String problem, Instant now) {
    for (OperationEntity operation :
        operations.findByStateIn(Set.of(State.QUEUED, State.RUNNING, State.CANCELLING))) {
      if (nodes.contains(operation.nodeId)) {
        operation.state = State.INTERRUPTED;
        operation.problem = problem;
        operation.changedAt = now;
        operation.finishedAt = now;
        operation.claim = null;
      }
    }
  }

  /** What a node was interrupted in and can go on with; each is told once. */
  public List<OperationRecord> takeInterrupted(UUID node) {
    List<OperationRecord> found = new ArrayList<>();
    for (OperationEntity operation :
        operations.findByNodeIdAndStateAndInputIsNotNull(node, State.INTERRUPTED)) {
      found.add(operation.view());
      operation.input = null;
    }
    return found;
  }
}
