package dev.javelin.catalog.history;

import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;

@Entity
@Table(name = "serving_point")
class ServingPointEntity {
  /** Servers that share a database have points of the same time. */
  @Embeddable
  record Key(
      @Column(name = "node_id", nullable = false) UUID node,
      @Column(name = "begins_at", nullable = false) Instant beginsAt) {}

  @EmbeddedId Key key = new Key(new UUID(0, 0), Instant.EPOCH);

  @Column(nullable = false, length = 8192)
  String figures = "";

  protected ServingPointEntity() {}

  ServingPointEntity(ServingPoint point) {
    key = new Key(point.node(), point.beginsAt());
    figures = point.figures();
  }

  ServingPoint view() {
    return new ServingPoint(key.node(), key.beginsAt(), figures);
  }
}
