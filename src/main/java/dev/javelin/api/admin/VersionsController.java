package dev.javelin.api.admin;

import dev.javelin.api.Audited;
import dev.javelin.catalog.ModelVersion;
import dev.javelin.catalog.Models;
import dev.javelin.service.HubName;
import dev.javelin.service.HubPulls;
import dev.javelin.service.ModelChanges;
import dev.javelin.service.ModelRoots;
import dev.javelin.service.Operation;
import dev.javelin.service.OperationView;
import dev.javelin.service.Operations;
import dev.javelin.service.Problem;
import dev.javelin.service.ProblemException;
import dev.javelin.service.Registrations;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;

/** {@code /api/v1/models/{model}/versions}: immutable states of a model's files. */
@RestController
@RequestMapping("/api/v1/models/{model}/versions")
final class VersionsController {
  /**
   * Either a path or a name on the hub.
   *
   * @param path a GGUF file, any shard of a split one, or a Hugging Face folder, on the server and
   *     below an allowed folder
   * @param hub {@code hf:owner/name} or {@code hf:owner/name:file.gguf}
   */
  record NewVersion(
      @Size(min = 1, max = 4096) @Nullable String path,
      @Size(min = 1, max = 300) @Nullable String hub) {}

  /**
   * @param version null while it is pulled: then the operation's result has it
   * @param operation that digests the files; null if they are digested already
   */
  record Registered(@Nullable ModelVersion version, @Nullable OperationView operation) {}

  private final Models models;
  private final Registrations registrations;
  private final ModelRoots roots;
  private final Operations operations;
  private final HubPulls pulls;
  private final ModelChanges changes;

  VersionsController(
      Models models,
      Registrations registrations,
      ModelRoots roots,
      Operations operations,
      HubPulls pulls,
      ModelChanges changes) {
    this.pulls = pulls;
    this.models = models;
    this.registrations = registrations;
    this.roots = roots;
    this.operations = operations;
    this.changes = changes;
  }

  @GetMapping
  Page<ModelVersion> list(@PathVariable String model) {
    return Page.whole(models.versions(model));
  }

  /**
   * Registers what is at a path, or pulls it; 202 while its files are fetched or digested, 200 if
   * they are known.
   */
  @PostMapping
  @Answers({200, 202})
  ResponseEntity<Registered> register(
      @PathVariable String model, @Valid @RequestBody NewVersion body, ServerWebExchange exchange) {
    models.require(model);
    String hub = body.hub();
    String given = body.path();
    if (hub != null && given == null) {
      return accepted(null, pulls.start(model, HubName.parse(hub), Actors.of(exchange)), exchange);
    }
    if (given == null || hub != null) {
      throw new ProblemException(Problem.ofField("/path", "give either a path or a hub"));
    }
    Path path = roots.checked(given);
    Registrations.Registered registered =
        registrations.register(model, path, "path:" + path, Actors.of(exchange));
    Operation digest = registered.digest();
    if (digest == null) {
      Registered known = new Registered(registered.version(), null);
      Audited.change(exchange, known, known);
      return ResponseEntity.ok(known);
    }
    return accepted(registered.version(), digest, exchange);
  }

  private ResponseEntity<Registered> accepted(
      @Nullable ModelVersion version, Operation operation, ServerWebExchange exchange) {
    Registered registered = new Registered(version, operations.view(operation));
    Audited.change(exchange, null, registered);
    return ResponseEntity.accepted()
        .location(URI.create("/api/v1/operations/" + operation.id()))
        .body(registered);
  }

  @GetMapping("/{number}")
  ResponseEntity<ModelVersion> one(@PathVariable String model, @PathVariable int number) {
    ModelVersion version = models.version(model, number);
    return ResponseEntity.ok()
        .eTag(ETags.of(version.id(), version.sha256() == null ? 0 : 1))
        .body(version);
  }

  /** Deletes a version, and what was stored for it alone; files registered by path stay. */
  @DeleteMapping("/{number}")
  @Answers(204)
  ResponseEntity<Void> delete(
      @PathVariable String model, @PathVariable int number, ServerWebExchange exchange) {
    ModelVersion before = models.version(model, number);
    changes.deleteVersion(model, number);
    Audited.change(exchange, before, null);
    return ResponseEntity.noContent().build();
  }
}
