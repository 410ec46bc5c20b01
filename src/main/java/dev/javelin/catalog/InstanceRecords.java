package dev.javelin.catalog;

import dev.javelin.catalog.InstanceRecord.State;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.springframework.data.domain.Limit;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** What every node has in memory, as last written down. Every call blocks on the database. */
@Service
@Transactional
public class InstanceRecords {
  static final Set<State> LIVE = Set.of(State.LOADING, State.READY, State.DRAINING);

  private final InstanceRepository instances;

  InstanceRecords(InstanceRepository instances) {
    this.instances = instances;
  }

  public void save(InstanceRecord instance) {
    instances.save(new InstanceEntity(instance));
  }

  @Transactional(readOnly = true)
  public List<InstanceRecord> live() {
    return instances.findByStateInOrderById(LIVE).stream().map(InstanceEntity::view).toList();
  }

  /** Newest first. */
  @Transactional(readOnly = true)
  public List<InstanceRecord> before(UUID id, int limit) {
    return instances.findByIdLessThanOrderByIdDesc(id, Limit.of(limit)).stream()
        .map(InstanceEntity::view)
        .toList();
  }

  @Transactional(readOnly = true)
  public Optional<InstanceRecord> find(UUID id) {
    return instances.findById(id).map(InstanceEntity::view);
  }

  /** Says of everything these nodes had in memory that it is gone. */
  public void endAll(Set<UUID> nodes, String reason, Instant now) {
    for (InstanceEntity instance : instances.findByStateInOrderById(LIVE)) {
      if (nodes.contains(instance.nodeId)) {
        instance.state = State.UNLOADED;
        instance.reason = reason;
        instance.changedAt = now;
      }
    }
  }
}
