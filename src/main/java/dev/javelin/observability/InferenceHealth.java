package dev.javelin.observability;

import dev.javelin.catalog.AliasPolicy;
import dev.javelin.service.ModelRegistry;
import dev.javelin.service.Route;
import dev.javelin.service.Routes;
import dev.javelin.service.ServedModel;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/**
 * Whether inference works, {@code /actuator/health/inference}: every alias that is to be in memory
 * from the start on, or pinned there, can answer, and none failed to load. One that a request
 * brings into memory may be out of it: else nobody would send the request.
 */
@Component("models")
final class InferenceHealth implements HealthIndicator {
  private final Routes routes;
  private final ModelRegistry models;

  InferenceHealth(Routes routes, ModelRegistry models) {
    this.routes = routes;
    this.models = models;
  }

  @Override
  public Health health() {
    Health.Builder health = Health.up();
    for (Route route : routes.list()) {
      ServedModel served = models.find(route.name());
      String trouble = served == null ? null : trouble(route.alias().policy(), served.state());
      if (trouble != null) {
        health.outOfService().withDetail(route.name(), trouble);
      }
    }
    return health.build();
  }

  /** What is wrong with an alias; null if nothing is. */
  static @Nullable String trouble(AliasPolicy policy, ServedModel.State state) {
    boolean always = policy.loading() == AliasPolicy.Loading.STARTUP || policy.pinned();
    return switch (state) {
      case ServedModel.State.Ready _ -> null;
      case ServedModel.State.Failed(String reason) -> reason;
      case ServedModel.State.Loading(String stage, Double progress) ->
          always ? "loading: " + stage : null;
      case ServedModel.State.Unloaded _ -> always ? "not in memory" : null;
    };
  }
}
