package dev.javelin.service;

import dev.javelin.catalog.Alias;
import dev.javelin.catalog.AliasPolicy;
import dev.javelin.catalog.AliasPolicy.Loading;
import dev.javelin.catalog.AliasTarget;
import dev.javelin.catalog.Aliases;
import dev.javelin.catalog.DecodingProfiles;
import dev.javelin.catalog.LoadProfile;
import dev.javelin.catalog.LoadProfiles;
import dev.javelin.catalog.ModelVersion;
import dev.javelin.catalog.Models;
import dev.javelin.catalog.Revision;
import dev.javelin.checkpoint.CheckpointException;
import dev.javelin.engine.LoadedModel;
import dev.javelin.engine.request.EngineException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.stereotype.Service;

/** What the server serves when it starts. */
@Service
public final class StartModels {
  private static final Logger log = LoggerFactory.getLogger(StartModels.class);
  private static final String ACTOR = "start";
  private static final String DEFAULT = "default";

  private final Models models;
  private final LoadProfiles loadProfiles;
  private final DecodingProfiles decodingProfiles;
  private final Aliases aliases;
  private final Registrations registrations;
  private final HubPulls pulls;
  private final Routes routes;
  private final Loads loads;
  private final Instances instances;
  private final StartContext contexts;
  private final ApplicationEventPublisher events;

  StartModels(
      Models models,
      LoadProfiles loadProfiles,
      DecodingProfiles decodingProfiles,
      Aliases aliases,
      Registrations registrations,
      HubPulls pulls,
      Routes routes,
      Loads loads,
      Instances instances,
      StartContext contexts,
      ApplicationEventPublisher events) {
    this.models = models;
    this.loadProfiles = loadProfiles;
    this.decodingProfiles = decodingProfiles;
    this.aliases = aliases;
    this.registrations = registrations;
    this.pulls = pulls;
    this.routes = routes;
    this.loads = loads;
    this.instances = instances;
    this.contexts = contexts;
    this.events = events;
  }

  /**
   * Registers a checkpoint with default profiles under an alias of the same name, and loads what
   * the alias stands for; publishes a {@link ModelEvent} at the end. An alias that somebody
   * retargeted since stays as it is.
   */
  public void serve(String name, Path path) {
    Thread.ofPlatform()
        .name("start")
        .daemon()
        .start(
            () -> {
              try {
                if (!Files.isReadable(path)) {
                  throw new ProblemException(
                      Problem.Type.INVALID_MODEL, path + " does not exist or cannot be read");
                }
                load(ensure(name, path));
              } catch (EngineException | CheckpointException | ProblemException e) {
                fail(name, String.valueOf(e.getMessage()));
              } catch (RuntimeException | Error e) {
                log.error("Starting {} failed", name, e);
                fail(name, "internal error: " + e);
              }
            });
  }

  /**
   * Loads every alias that is to be there from the start, except {@code but}; goes on with digests.
   */
  public void serveRest(String but) {
    Thread.ofPlatform()
        .name("start-rest")
        .daemon()
        .start(
            () -> {
              for (Route route : routes.list()) {
                Alias alias = route.alias();
                if (alias.policy().loading() == Loading.STARTUP && !alias.name().equals(but)) {
                  loads.start(alias.version(), alias.loadProfile(), ACTOR);
                }
              }
              registrations.resumeDigests();
              pulls.resume();
            });
  }

  private Alias ensure(String name, Path path) {
    if (models.find(name).isEmpty()) {
      models.create(name, "");
    }
    LoadProfile loadProfile =
        loadProfiles
            .find(name, DEFAULT)
            .orElseGet(() -> loadProfiles.put(name, DEFAULT, "{}", Revision.ANY));
    if (decodingProfiles.find(name, DEFAULT).isEmpty()) {
      decodingProfiles.put(name, DEFAULT, "{}", Revision.ANY);
    }
    ModelVersion version =
        registrations
            .register(name, path, "path:" + path.toAbsolutePath().normalize(), ACTOR)
            .version();
    if (aliases.find(name).map(this::ours).orElse(true)) {
      contexts.settle(version, loadProfile);
    }
    Alias alias = aliases.find(name).orElse(null);
    if (alias == null || (ours(alias) && !alias.version().id().equals(version.id()))) {
      alias =
          aliases.put(
              name,
              new AliasTarget(name, version.number(), DEFAULT, DEFAULT),
              new AliasPolicy(Loading.STARTUP, false, null),
              Revision.ANY,
              ACTOR,
              "named at the start of the server");
    } else if (!alias.version().id().equals(version.id())) {
      log.warn(
          "{} stands for {} since it was retargeted; the checkpoint named at the start, {}, is registered but not served",
          name,
          alias.version().label(),
          version.label());
    }
    routes.refresh();
    return alias;
  }

  /** Whether the last who retargeted it was the start of a server. */
  private boolean ours(Alias alias) {
    return aliases.history(alias.name()).stream()
        .findFirst()
        .map(change -> change.actor().equals(ACTOR))
        .orElse(true);
  }

  private void load(Alias alias) {
    loads.start(alias.version(), alias.loadProfile(), ACTOR);
    Instance instance = instances.find(alias.version().id(), alias.loadProfile().id());
    try {
      if (instance != null) {
        instance.awaitLoaded(System.nanoTime() + TimeUnit.DAYS.toNanos(1));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    LoadedModel model = instance == null ? null : instance.model();
    if (model != null) {
      events.publishEvent(new ModelEvent.Loaded(alias.name(), model.report().loadNanos()));
      return;
    }
    String failure = instances.failure(alias.version().id(), alias.loadProfile().id());
    if (failure != null) {
      fail(alias.name(), failure);
    }
  }

  private void fail(String name, String reason) {
    events.publishEvent(new ModelEvent.LoadFailed(name, reason));
  }
}
