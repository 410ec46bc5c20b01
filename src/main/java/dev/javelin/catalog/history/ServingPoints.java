package dev.javelin.catalog.history;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The points of every server of this database. Every call blocks on it. */
@Service
@Transactional
public class ServingPoints {
  private final ServingPointRepository points;

  ServingPoints(ServingPointRepository points) {
    this.points = points;
  }

  /** All of them or none; one of the same server and time is replaced. */
  public void save(List<ServingPoint> written) {
    points.saveAll(written.stream().map(ServingPointEntity::new).toList());
  }

  /** One server's, oldest first. */
  @Transactional(readOnly = true)
  public List<ServingPoint> since(UUID node, Instant from) {
    return points.findByKeyNodeAndKeyBeginsAtGreaterThanEqualOrderByKeyBeginsAt(node, from).stream()
        .map(ServingPointEntity::view)
        .toList();
  }

  /** Forgets what is older, of servers that are gone too. @return how many points that were */
  public int prune(Instant before) {
    return points.deleteBefore(before);
  }
}
