package dev.javelin.service;

import dev.javelin.catalog.InstanceRecord.State;
import dev.javelin.service.Problem.Type;
import java.time.Duration;
import java.util.UUID;
import org.springframework.stereotype.Service;

/** Takes instances out of memory. */
@Service
public final class Unloads {
  private final Instances instances;
  private final Operations operations;

  Unloads(Instances instances, Operations operations) {
    this.instances = instances;
    this.operations = operations;
  }

  /**
   * Begins to unload: no request begins on it any more, those that run may end in {@code drain}.
   * While they do, cancelling lets it serve again.
   *
   * @throws ProblemException NOT_FOUND, or CONFLICT while it loads
   */
  public Operation start(UUID id, Duration drain, String actor) {
    Instance instance = instances.find(id);
    if (instance == null) {
      throw new ProblemException(
          Problem.of(
                  Type.NOT_FOUND,
                  "there is no instance '%s' in memory of this server".formatted(id))
              .said("no-instance"));
    }
    Operation current = instance.operation();
    if (instance.state() == State.DRAINING && current != null) {
      return current;
    }
    if (instance.state() != State.READY) {
      throw new ProblemException(
          Problem.of(
                  Type.CONFLICT,
                  "%s is %s; cancel its operation instead"
                      .formatted(instance.label(), instance.state()))
              .said("busy-instance", instance.label()));
    }
    Operation operation =
        operations.start(
            "unload",
            instance.label(),
            actor,
            at -> {
              at.stage("drain");
              instances.unload(instance, drain, actor + " unloads it", at::checkCancelled);
              return instances.view(instance);
            });
    instance.operation(operation);
    return operation;
  }
}
