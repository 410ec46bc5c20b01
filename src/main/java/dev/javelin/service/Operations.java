package dev.javelin.service;

import dev.javelin.catalog.DatabaseAway;
import dev.javelin.catalog.Nodes;
import dev.javelin.catalog.OperationRecord;
import dev.javelin.catalog.OperationRecord.State;
import dev.javelin.catalog.OperationRecords;
import dev.javelin.service.Problem.Type;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.stereotype.Service;

/**
 * Starts long work and remembers it. Running work lives here; the database follows, as soon as it
 * answers.
 */
@Service
public final class Operations implements SmartLifecycle {
  private static final Logger log = LoggerFactory.getLogger(Operations.class);
  private static final Duration WRITE_EVERY = Duration.ofMillis(200);

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
  private final WriteBehind<Operation> rows = new WriteBehind<>(this::write);
  private final Background writer = new Background("operations");
  private volatile boolean running;

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
  }

  /**
   * What is to be done.
   *
   * @param kind load, swap …
   * @param target what it works on, for people
   * @param claim what it needs to itself among all servers; null: nothing
   * @param input what was asked for, as JSON, if it is to go on after a restart; else null
   */
  public record Task(String kind, String target, @Nullable String claim, @Nullable String input) {
    /** One that claims the target, so that it runs once at a time. */
    static Task claiming(String kind, String target, String what) {
      return new Task(kind, target, kind + " " + what, null);
    }
  }

  /** As {@link #start(Task, String, Work)}, of work that needs nothing to itself. */
  public Operation start(String kind, String target, String actor, Work work) {
    return start(new Task(kind, target, null, null), actor, work);
  }

  /**
   * Starts work on a thread of its own. What claims something is written down first; everything
   * else begins even while the database is away.
   *
   * @throws ProblemException CONFLICT if another has what it claims
   */
  public Operation start(Task task, String actor, Work work) {
    Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
    OperationRecord first =
        OperationRecord.first(
            node.id(), task.kind(), task.target(), actor, task.claim(), task.input(), now);
    Operation operation = new Operation(first, clock, this::changed);
    try {
      claim(first);
    } catch (RuntimeException e) {
      if (task.claim() != null || !DatabaseAway.is(e)) {
        throw e;
      }
    }
    here.put(first.id(), operation);
    changed(operation);
    // A platform thread: loads compute for long and map files, which would pin a carrier.
    Thread.ofPlatform()
        .daemon()
        .name(task.kind() + "-" + task.target())
        .start(() -> run(operation, work));
    return operation;
  }

  private void claim(OperationRecord first) {
    String claim = first.claim();
    try {
      records.save(first);
    } catch (DataIntegrityViolationException e) {
      // One that ended here a moment ago may not be written down yet.
      rows.flush();
      Optional<OperationRecord> holder = claim == null ? Optional.empty() : records.holder(claim);
      if (holder.isPresent()) {
        throw taken(holder.get());
      }
      records.save(first);
    }
  }

  private ProblemException taken(OperationRecord holder) {
    return new ProblemException(
        Type.CONFLICT,
        "the %s of %s, operation %s, still runs on the server '%s'"
            .formatted(
                holder.kind(),
                holder.target(),
                holder.id(),
                nodes.names().getOrDefault(holder.nodeId(), "gone")));
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
    rows.put(operation.id(), operation);
    events.publish("operation", operation.id().toString(), view(operation));
  }

  private void write(Operation operation) {
    OperationRecord snapshot = operation.snapshot();
    try {
      records.save(snapshot);
    } catch (DataIntegrityViolationException e) {
      // This node was silent for longer than its lease, and another began the same.
      operation.loseClaim();
      records.save(operation.snapshot());
    }
    if (!snapshot.state().live()) {
      here.remove(operation.id());
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
                        Problem.of(Type.NOT_FOUND, "there is no operation '%s'".formatted(id))
                            .said("no-operation", id)));
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
          known.state().live()
              ? Problem.of(
                      Type.CONFLICT,
                      "the operation runs on the server '%s'; cancel it there"
                          .formatted(known.node()))
                  .said("operation-elsewhere", known.node())
              : Problem.of(Type.CONFLICT, "the operation has ended: " + known.state())
                  .said("operation-over"));
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
  public void start() {
    writer.repeat(rows::flush, WRITE_EVERY, WRITE_EVERY);
    running = true;
  }

  @Override
  public void stop() {
    running = false;
    writer.end();
    rows.flush();
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  /** Stops after what begins operations, and before {@link Node} writes off what is left. */
  @Override
  public int getPhase() {
    return 1;
  }
}
