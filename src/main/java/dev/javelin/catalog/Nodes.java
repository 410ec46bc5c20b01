package dev.javelin.catalog;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * The Javelins that share this database. Each renews its lease; what one whose lease ran out was
 * doing is written off by the others. Every call blocks on the database.
 */
@Service
@Transactional
public class Nodes {
  private static final String GONE =
      "{\"type\":\"urn:javelin:problem:interrupted\",\"title\":\"Interrupted\","
          + "\"detail\":\"the server that ran this ended; start it again\"}";

  private final NodeRepository nodes;
  private final OperationRecords operations;
  private final InstanceRecords instances;
  private final Clock clock;

  Nodes(NodeRepository nodes, OperationRecords operations, InstanceRecords instances, Clock clock) {
    this.nodes = nodes;
    this.operations = operations;
    this.instances = instances;
    this.clock = clock;
  }

  /**
   * A node begins: whatever an earlier life of it left running is written off.
   *
   * @return what of that can go on
   */
  public List<OperationRecord> begin(UUID id, String name, Duration lease) {
    writeOff(Set.of(id));
    nodes.save(new NodeEntity(id, name, clock.instant().plus(lease)));
    return operations.takeInterrupted(id);
  }

  /** Renews a lease, and writes off what nodes without one were doing. */
  public void renew(UUID id, String name, Duration lease) {
    Instant now = clock.instant();
    nodes.save(new NodeEntity(id, name, now.plus(lease)));
    Set<UUID> gone =
        nodes.findAll().stream()
            .filter(node -> node.leaseUntil.isBefore(now))
            .map(node -> node.id)
            .collect(Collectors.toSet());
    if (!gone.isEmpty()) {
      writeOff(gone);
    }
  }

  /** A node ends in order. */
  public void end(UUID id) {
    writeOff(Set.of(id));
    nodes.deleteById(id);
  }

  @Transactional(readOnly = true)
  public Map<UUID, String> names() {
    return nodes.findAll().stream().collect(Collectors.toMap(node -> node.id, node -> node.name));
  }

  private void writeOff(Set<UUID> gone) {
    instances.endAll(gone, "the server that held it ended", clock.instant());
    operations.interruptAll(gone, GONE, clock.instant());
  }
}
