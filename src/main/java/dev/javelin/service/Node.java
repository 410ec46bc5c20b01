package dev.javelin.service;

import dev.javelin.catalog.Nodes;
import dev.javelin.catalog.OperationRecord;
import dev.javelin.catalog.TimeSortedId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * This Javelin among those that share its database. Its id lives in the data directory, so that the
 * next life knows what the last one left unfinished.
 */
@Component
public final class Node implements SmartLifecycle {
  private static final Logger log = LoggerFactory.getLogger(Node.class);

  private final Nodes nodes;
  private final ServingProperties properties;
  private final UUID id;
  private final String name;
  private final Background clock = new Background("node");
  private volatile boolean running;
  private boolean silent;
  private List<OperationRecord> interrupted = List.of();

  Node(Nodes nodes, ServingProperties properties, @Value("${javelin.data-path}") String dataPath) {
    this.nodes = nodes;
    this.properties = properties;
    id = idIn(Path.of(dataPath).resolve("node-id"));
    name = hostName();
  }

  public UUID id() {
    return id;
  }

  public String name() {
    return name;
  }

  /** What earlier lives of this node left unfinished and can go on; known once it started. */
  List<OperationRecord> interrupted() {
    return interrupted;
  }

  @Override
  public void start() {
    interrupted = nodes.begin(id, name, properties.lease());
    running = true;
    Duration third = properties.lease().dividedBy(3);
    clock.repeat(this::renew, third, third);
  }

  private void renew() {
    try {
      nodes.renew(id, name, properties.lease());
      if (silent) {
        log.info("The database answers again");
      }
      silent = false;
    } catch (RuntimeException e) {
      if (!silent) {
        log.warn("The database does not answer; inference goes on: {}", e.getMessage());
      }
      silent = true;
    }
  }

  @Override
  public void stop() {
    running = false;
    clock.end();
    try {
      nodes.end(id);
    } catch (RuntimeException e) {
      log.warn("The node could not be signed off: {}", e.getMessage());
    }
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  /** Starts before, and stops after, whatever serves models. */
  @Override
  public int getPhase() {
    return 0;
  }

  private static UUID idIn(Path file) {
    try {
      if (Files.exists(file)) {
        return UUID.fromString(Files.readString(file).strip());
      }
      UUID fresh = TimeSortedId.next();
      Files.writeString(file, fresh + "\n");
      return fresh;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "unknown";
    }
  }
}
