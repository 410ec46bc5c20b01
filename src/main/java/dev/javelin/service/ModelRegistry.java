package dev.javelin.service;

import dev.javelin.catalog.Catalog;
import dev.javelin.checkpoint.CheckpointException;
import dev.javelin.engine.LoadOptions;
import dev.javelin.engine.LoadedModel;
import dev.javelin.engine.ModelOpener;
import dev.javelin.engine.request.EngineException;
import dev.javelin.engine.request.ErrorCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Service;

/** The models this process serves, by name, and their way from file to engine and back. */
@Service
public final class ModelRegistry implements SmartLifecycle {
  private static final Logger log = LoggerFactory.getLogger(ModelRegistry.class);
  private static final Duration DRAIN = Duration.ofSeconds(20);

  private final ModelOpener opener;
  private final Catalog catalog;
  private final ApplicationEventPublisher events;
  private final ConcurrentSkipListMap<String, ServedModel> models = new ConcurrentSkipListMap<>();
  private volatile boolean running;

  ModelRegistry(ModelOpener opener, Catalog catalog, ApplicationEventPublisher events) {
    this.opener = opener;
    this.catalog = catalog;
    this.events = events;
  }

  /**
   * Begins to load a checkpoint in the background, to be served as {@code name}; publishes a {@link
   * ModelEvent} at the end.
   */
  public void load(String name, Path path) {
    models.put(name, new ServedModel(name, Instant.now(), new ServedModel.State.Loading("queued")));
    Thread.ofPlatform().name("load-" + name).daemon().start(() -> loadNow(name, path));
  }

  private void loadNow(String name, Path path) {
    try {
      if (!Files.isReadable(path)) {
        throw new EngineException(
            ErrorCode.INVALID_MODEL_FILE, path + " does not exist or cannot be read");
      }
      LoadedModel model =
          opener.open(
              path,
              LoadOptions.DEFAULT,
              stage -> {
                log.info("Loading {}: {}", name, stage);
                become(name, new ServedModel.State.Loading(stage));
              });
      if (!running) {
        model.close();
        return;
      }
      catalog.register(name, model);
      become(name, new ServedModel.State.Ready(model));
      model.report().warnings().forEach(warning -> log.warn("{}: {}", name, warning));
      events.publishEvent(new ModelEvent.Loaded(name, model.report().loadNanos()));
    } catch (EngineException | CheckpointException e) {
      fail(name, String.valueOf(e.getMessage()));
    } catch (RuntimeException | Error e) {
      log.error("Loading {} failed", name, e);
      fail(name, "internal error: " + e);
    }
  }

  private void fail(String name, String reason) {
    become(name, new ServedModel.State.Failed(reason));
    events.publishEvent(new ModelEvent.LoadFailed(name, reason));
  }

  private void become(String name, ServedModel.State state) {
    models.computeIfPresent(name, (_, model) -> model.with(state));
  }

  public List<ServedModel> list() {
    return List.copyOf(models.values());
  }

  public @Nullable ServedModel find(String name) {
    return models.get(name);
  }

  /**
   * @throws EngineException MODEL_NOT_FOUND, or MODEL_LOADING while it is not ready
   */
  public LoadedModel require(String name) {
    ServedModel model = models.get(name);
    if (model == null) {
      throw new EngineException(
          ErrorCode.MODEL_NOT_FOUND,
          "the model '%s' is not served here; served: %s".formatted(name, models.keySet()),
          "model",
          null);
    }
    return switch (model.state()) {
      case ServedModel.State.Ready(LoadedModel loaded) -> loaded;
      case ServedModel.State.Loading(String stage) ->
          throw new EngineException(
              ErrorCode.MODEL_LOADING, "the model '%s' is loading: %s".formatted(name, stage));
      case ServedModel.State.Failed(String reason) ->
          throw new EngineException(
              ErrorCode.MODEL_LOADING,
              "the model '%s' could not be loaded: %s".formatted(name, reason));
    };
  }

  @Override
  public void start() {
    running = true;
  }

  /** Runs before the web server stops, so that open streams still hear how they ended. */
  @Override
  public void stop() {
    running = false;
    for (ServedModel model : models.values()) {
      if (model.state() instanceof ServedModel.State.Ready(LoadedModel loaded)) {
        if (!loaded.engine().drain(DRAIN)) {
          log.warn(
              "{}: requests still ran after {} s and were ended", model.name(), DRAIN.toSeconds());
        }
        loaded.close();
      }
    }
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  @Override
  public int getPhase() {
    return Integer.MAX_VALUE;
  }
}
