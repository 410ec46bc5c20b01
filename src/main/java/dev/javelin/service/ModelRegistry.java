package dev.javelin.service;

import dev.javelin.catalog.AliasPolicy.Loading;
import dev.javelin.catalog.InstanceRecord;
import dev.javelin.engine.LoadedModel;
import dev.javelin.engine.request.EngineException;
import dev.javelin.engine.request.ErrorCode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/** From the name that callers use to the model that answers. */
@Service
public final class ModelRegistry {
  private static final Duration RETRY = Duration.ofSeconds(2);

  /**
   * The right to call a model, with what its alias says about how.
   *
   * @param lease to be closed when the last answer has ended
   */
  public record Serving(Route route, Instance.Lease lease) implements AutoCloseable {
    public LoadedModel model() {
      return lease.model();
    }

    @Override
    public void close() {
      lease.close();
    }
  }

  private final Routes routes;
  private final Instances instances;
  private final Loads loads;

  /** Aliases whose former model left to make room for the next one, with the swap that does it. */
  private final Map<String, Operation> swapping = new ConcurrentHashMap<>();

  ModelRegistry(Routes routes, Instances instances, Loads loads) {
    this.routes = routes;
    this.instances = instances;
    this.loads = loads;
  }

  public List<ServedModel> list() {
    return routes.list().stream().map(this::served).toList();
  }

  public @Nullable ServedModel find(String name) {
    Route route = routes.find(name);
    return route == null ? null : served(route);
  }

  private ServedModel served(Route route) {
    return new ServedModel(route.name(), route.alias().changedAt(), state(route));
  }

  private ServedModel.State state(Route route) {
    Instance instance = instance(route);
    if (instance != null) {
      LoadedModel model = instance.model();
      if (instance.state() == InstanceRecord.State.READY && model != null) {
        return new ServedModel.State.Ready(model);
      }
      return loading(instance.operation());
    }
    Operation swap = swapping.get(route.name());
    if (swap != null) {
      return loading(swap);
    }
    String failure =
        instances.failure(route.alias().version().id(), route.alias().loadProfile().id());
    return failure == null
        ? new ServedModel.State.Unloaded(route.alias().policy().loading() != Loading.MANUAL)
        : new ServedModel.State.Failed(failure);
  }

  private static ServedModel.State.Loading loading(@Nullable Operation operation) {
    if (operation == null) {
      return new ServedModel.State.Loading("queued", null);
    }
    var now = operation.snapshot();
    return new ServedModel.State.Loading(now.stage(), now.progress() < 0 ? null : now.progress());
  }

  private @Nullable Instance instance(Route route) {
    return instances.find(route.alias().version().id(), route.alias().loadProfile().id());
  }

  /**
   * The model itself, for showing what it is. It may be unloaded at any time: to call it, {@link
   * #acquire} it.
   *
   * @throws EngineException MODEL_NOT_FOUND, or MODEL_LOADING if it cannot be loaded
   * @throws ModelLoadingException while it is not ready
   */
  public LoadedModel require(String name) {
    Route route = route(name);
    if (state(route) instanceof ServedModel.State.Ready(LoadedModel model)) {
      return model;
    }
    throw notReady(route);
  }

  /**
   * The right to call the model; if it is not in memory and its alias says so, its load begins.
   *
   * @throws EngineException MODEL_NOT_FOUND, or MODEL_LOADING if it cannot be loaded, or does not
   *     work
   * @throws ModelLoadingException while it is not ready
   */
  public Serving acquire(String name) {
    while (true) {
      Route route = route(name);
      Instance instance = instance(route);
      Instance.Lease lease = instance == null ? null : instance.acquire();
      if (lease != null) {
        if (lease.instance().breaker().tryAcquirePermission()) {
          return new Serving(route, lease);
        }
        lease.close();
        throw new EngineException(
            ErrorCode.MODEL_LOADING,
            "the model '%s' failed repeatedly and is not called for now; it is probed again soon"
                .formatted(name));
      }
      // Between reading the route and taking the lease a swap may have come: then look again.
      if (routes.find(name) == route) {
        throw notReady(route);
      }
    }
  }

  private Route route(String name) {
    Route route = routes.find(name);
    if (route == null) {
      throw new EngineException(
          ErrorCode.MODEL_NOT_FOUND,
          "the model '%s' is not served here; served: %s"
              .formatted(name, routes.list().stream().map(Route::name).toList()),
          "model",
          null);
    }
    return route;
  }

  private RuntimeException notReady(Route route) {
    String name = route.name();
    return switch (state(route)) {
      case ServedModel.State.Loading(String stage, Double progress) ->
          new ModelLoadingException(name, stage, progress, RETRY);
      case ServedModel.State.Failed(String reason) ->
          new EngineException(
              ErrorCode.MODEL_LOADING,
              "the model '%s' could not be loaded: %s".formatted(name, reason));
      case ServedModel.State.Ready _ -> new ModelLoadingException(name, "switching", null, RETRY);
      case ServedModel.State.Unloaded(boolean onRequest) -> {
        if (!onRequest) {
          yield new EngineException(
              ErrorCode.MODEL_LOADING,
              "the model '%s' is not in memory; an operator has to load it".formatted(name));
        }
        loads.start(route.alias().version(), route.alias().loadProfile(), Loads.ON_REQUEST);
        yield new ModelLoadingException(name, "queued", null, RETRY);
      }
    };
  }

  /** From now on the alias's requests are told of this swap where its model is not in memory. */
  void swapping(String alias, Operation swap) {
    swapping.put(alias, swap);
  }

  void swapped(String alias) {
    swapping.remove(alias);
  }
}
