package dev.javelin.service;

import dev.javelin.catalog.Nodes;
import dev.javelin.catalog.OperationRecord;
import dev.javelin.catalog.OperationRecord.State;
import dev.javelin.catalog.OperationRecords;
import dev.javelin.catalog.TimeSortedId;
import dev.javelin.service.Problem.Type;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.stereotype.Service;

/**
 * Starts long work and remembers it. Running work lives here; the database follows, as soon as it
 * answers.
 */
@Service
public final class Operations implements DisposableBean {
  private static final Logger log = LoggerFactory.getLogger(Operations.class);
  private static final long WRITE_MILLIS = 200;

  /** Something that takes long. */
  @FunctionalInterface
  public interface Work {
    /**
     * @return what came of it, to be shown as JSON; null if nothing is to be said
     */
    @Nullable Object run(Operation operation) throws Exception;
  }

  private final OperationRecords records;
  private final Node node;
  private final Nodes nodes;
  private final Events events;
  private final ProfileDocuments documents;
  private final Clock clock;
  private final Map<UUID, Operation> here = new ConcurrentHashMap<>();
  private final Map<UUID, Operation> unwritten = new ConcurrentHashMap<>();
  private final ScheduledExecutorService writer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("operations").factory());

  Operations(
      OperationRecords records,
      Node node,
      Nodes nodes,
      Events events,
      ProfileDocuments documents,
      Clock clock) {
    this.records = records;
    this.node = node;
    this.nodes = nodes;
    this.events = events;
    this.documents = documents;
    this.clock = clock;
    var _ =
        writer.scheduleWithFixedDelay(
            this::write, WRITE_MILLIS, WRITE_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** Starts work on a thread of its own, once it is written down that it runs. */
  public Operation start(String kind, String target, String actor, Work work) {
    Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
    OperationRecord first =
        new OperationRecord(
            TimeSortedId.next(),
            node.id(),
            kind,
            target,
            actor,
            State.QUEUED,
            "queued",
            -1,
            null,
            null,
            "",
            now,
            now,
            null);
    records.save(first);
    Operation operation = new Operation(first, clock, this::changed);
    here.put(first.id(), operation);
    changed(operation);
    // A platform thread: loads compute for long and map files, which would pin a carrier.
    Thread.ofPlatform().daemon().name(kind + "-" + target).start(() -> run(operation, work));
    return operation;
  }

  private void run(Operation operation, Work work) {
    try {
      Object result = work.run(operation);
      operation.end(State.SUCCEEDED, result == null ? null : documents.write(result), null);
    } catch (ProblemException e) {
      State state = e.problem().type() == Type.CANCELLED ? State.CANCELLED : State.FAILED;
      operation.end(state, null, documents.write(e.problem().body()));
    } catch (Exception | Error e) {
      Problem problem = Problem.from(e);
      if (problem.type() == Type.INTERNAL) {
        log.error("Operation {} failed", operation.id(), e);
        operation.log(String.valueOf(e));
      }
      operation.end(State.FAILED, null, documents.write(problem.body()));
    }
  }

  private void changed(Operation operation) {
    unwritten.put(operation.id(), operation);
    events.publish("operation", operation.id().toString(), view(operation));
  }

  private void write() {
    for (Operation operation : unwritten.values()) {
      unwritten.remove(operation.id());
      try {
        OperationRecord snapshot = operation.snapshot();
        records.save(snapshot);
        if (!snapshot.state().live()) {
          here.remove(operation.id());
        }
      } catch (RuntimeException e) {
        // The database is away; Node says so once. What is here stays the truth until it is back.
        unwritten.putIfAbsent(operation.id(), operation);
        return;
      }
    }
  }

  /**
   * @throws ProblemException NOT_FOUND
   */
  public OperationView require(UUID id) {
    Operation running = here.get(id);
    if (running != null) {
      return view(running);
    }
    OperationRecord stored =
        records
            .find(id)
            .orElseThrow(
                () ->
                    new ProblemException(
                        Type.NOT_FOUND, "there is no operation '%s'".formatted(id)));
    return view(stored, null, nodes.names());
  }

  /** Newest first, those before the id {@code before} only, of all nodes. */
  public List<OperationView> list(UUID before, int limit) {
    Map<UUID, String> names = nodes.names();
    Map<UUID, OperationView> found = new HashMap<>();
    for (OperationRecord stored : records.before(before, limit)) {
      found.put(stored.id(), view(stored, null, names));
    }
    here.forEach((id, operation) -> found.computeIfPresent(id, (_, _) -> view(operation)));
    return found.values().stream()
        .sorted(Comparator.comparing((OperationView view) -> view.id().toString()).reversed())
        .toList();
  }

  /** The running ones of this node. */
  public List<OperationView> running() {
    return here.values().stream()
        .filter(operation -> operation.snapshot().state().live())
        .map(this::view)
        .toList();
  }

  /**
   * Asks running work to end. What it did until then it undoes.
   *
   * @throws ProblemException NOT_FOUND, or CONFLICT if it has ended or runs on another node
   */
  public OperationView cancel(UUID id, String actor) {
    Operation running = here.get(id);
    if (running == null || !running.cancel(actor)) {
      OperationView known = require(id);
      throw new ProblemException(
          Type.CONFLICT,
          known.state().live()
              ? "the operation runs on the server '%s'; cancel it there".formatted(known.node())
              : "the operation has ended: " + known.state());
    }
    return view(running);
  }

  public OperationView view(Operation operation) {
    Duration eta = operation.eta();
    return view(operation.snapshot(), eta, Map.of(node.id(), node.name()));
  }

  private OperationView view(
      OperationRecord at, @Nullable Duration eta, Map<UUID, String> nodeNames) {
    String result = at.result();
    String problem = at.problem();
    return new OperationView(
        at.id(),
        at.kind(),
        at.target(),
        at.actor(),
        at.state(),
        at.stage(),
        at.progress() < 0 ? null : at.progress(),
        eta == null ? null : eta.toMillis() / 1000.0,
        result == null ? null : documents.tree(result),
        problem == null ? null : documents.tree(problem),
        at.log().lines().toList(),
        nodeNames.getOrDefault(at.nodeId(), "gone"),
        at.createdAt(),
        at.changedAt(),
        at.finishedAt());
  }

  @Override
  public void destroy() {
    writer.shutdownNow();
    write();
  }
}
