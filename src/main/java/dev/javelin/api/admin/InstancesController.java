package dev.javelin.api.admin;

import dev.javelin.api.Audited;
import dev.javelin.catalog.Alias;
import dev.javelin.catalog.Aliases;
import dev.javelin.catalog.LoadProfile;
import dev.javelin.catalog.LoadProfiles;
import dev.javelin.catalog.ModelVersion;
import dev.javelin.catalog.Models;
import dev.javelin.service.Instance;
import dev.javelin.service.InstanceView;
import dev.javelin.service.Instances;
import dev.javelin.service.Loads;
import dev.javelin.service.Operation;
import dev.javelin.service.OperationView;
import dev.javelin.service.Operations;
import dev.javelin.service.Problem;
import dev.javelin.service.Problem.Type;
import dev.javelin.service.ProblemException;
import dev.javelin.service.ServingProperties;
import dev.javelin.service.Unloads;
import jakarta.validation.constraints.Min;
import java.net.URI;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;

/** {@code /api/v1/instances}: what is in memory. */
@RestController
@RequestMapping("/api/v1/instances")
final class InstancesController {
  /** Either an alias, or a model with a version and a load profile. */
  record LoadBody(
      @Nullable String alias,
      @Nullable String model,
      @Min(1) @Nullable Integer version,
      @Nullable String loadProfile) {}

  private final Instances instances;
  private final Loads loads;
  private final Unloads unloads;
  private final Operations operations;
  private final Models models;
  private final LoadProfiles profiles;
  private final Aliases aliases;
  private final ServingProperties properties;

  InstancesController(
      Instances instances,
      Loads loads,
      Unloads unloads,
      Operations operations,
      Models models,
      LoadProfiles profiles,
      Aliases aliases,
      ServingProperties properties) {
    this.instances = instances;
    this.loads = loads;
    this.unloads = unloads;
    this.operations = operations;
    this.models = models;
    this.profiles = profiles;
    this.aliases = aliases;
    this.properties = properties;
  }

  @GetMapping
  Page<InstanceView> list() {
    return Page.whole(instances.list().stream().map(instances::view).toList());
  }

  @GetMapping("/{id}")
  InstanceView one(@PathVariable UUID id) {
    Instance instance = instances.find(id);
    if (instance == null) {
      throw new ProblemException(
          Type.NOT_FOUND, "there is no instance '%s' in memory of this server".formatted(id));
    }
    return instances.view(instance);
  }

  /** Loads; what is loading or loaded already is the same operation. */
  @PostMapping
  @Answers(202)
  ResponseEntity<OperationView> load(@RequestBody LoadBody body, ServerWebExchange exchange) {
    if (body.alias() != null) {
      Alias alias = aliases.require(body.alias());
      return loading(alias.version(), alias.loadProfile(), exchange);
    }
    if (body.model() == null || body.version() == null) {
      throw new ProblemException(
          Problem.ofField(
              body.model() == null ? "/model" : "/version",
              "give an alias, or a model with a version and perhaps a loadProfile"));
    }
    ModelVersion version = models.version(body.model(), body.version());
    LoadProfile profile =
        profiles.require(body.model(), body.loadProfile() == null ? "default" : body.loadProfile());
    return loading(version, profile, exchange);
  }

  private ResponseEntity<OperationView> loading(
      ModelVersion version, LoadProfile profile, ServerWebExchange exchange) {
    InstanceView before = view(instances.find(version.id(), profile.id()));
    Operation load = loads.start(version, profile, Actors.of(exchange));
    Audited.change(exchange, before, view(instances.find(version.id(), profile.id())));
    return accepted(operations, load);
  }

  private @Nullable InstanceView view(@Nullable Instance instance) {
    return instance == null ? null : instances.view(instance);
  }

  /**
   * Unloads.
   *
   * @param drain how long its requests may go on, as in {@code PT30S}
   * @param force ends them at once
   */
  @DeleteMapping("/{id}")
  @Answers(202)
  ResponseEntity<OperationView> unload(
      @PathVariable UUID id,
      @RequestParam(required = false) @Nullable Duration drain,
      @RequestParam(defaultValue = "false") boolean force,
      ServerWebExchange exchange) {
    Duration wait = force ? Duration.ZERO : drain == null ? properties.drain() : drain;
    InstanceView before = view(instances.find(id));
    Operation unload = unloads.start(id, wait, Actors.of(exchange));
    Audited.change(exchange, before, null);
    return accepted(operations, unload);
  }

  /** 202 with the operation and where to look after it. */
  static ResponseEntity<OperationView> accepted(Operations operations, Operation operation) {
    return ResponseEntity.accepted()
        .location(URI.create("/api/v1/operations/" + operation.id()))
        .body(operations.view(operation));
  }
}
