package dev.javelin.observability;

import dev.javelin.service.ModelRegistry;
import dev.javelin.service.ServedModel;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/** Whether every model that is served can answer now: {@code /actuator/health/inference}. */
@Component("models")
final class InferenceHealth implements HealthIndicator {
  private final ModelRegistry models;

  InferenceHealth(ModelRegistry models) {
    this.models = models;
  }

  @Override
  public Health health() {
    Health.Builder health = Health.up();
    for (ServedModel model : models.list()) {
      if (!(model.state() instanceof ServedModel.State.Ready)) {
        health.outOfService().withDetail(model.name(), "not ready");
      }
    }
    return health.build();
  }
}
