package dev.javelin.api.admin;

import dev.javelin.api.Audited;
import dev.javelin.catalog.Models;
import dev.javelin.catalog.RegisteredModel;
import dev.javelin.catalog.Revision;
import dev.javelin.service.ModelChanges;
import dev.javelin.service.Names;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;

/** {@code /api/v1/models}: the names under which versions are kept. */
@RestController
@RequestMapping("/api/v1/models")
final class ModelsController {
  record NewModel(
      @NotNull @Pattern(regexp = Names.PATTERN, message = Names.MESSAGE) String name,
      @Size(max = 2000) @Nullable String description) {}

  record ModelChange(@NotNull @Size(max = 2000) String description) {}

  private final Models models;
  private final ModelChanges changes;

  ModelsController(Models models, ModelChanges changes) {
    this.models = models;
    this.changes = changes;
  }

  @GetMapping
  Page<RegisteredModel> list() {
    return Page.whole(models.list());
  }

  @PostMapping
  @Answers(201)
  ResponseEntity<RegisteredModel> create(
      @Valid @RequestBody NewModel body, ServerWebExchange exchange) {
    String description = body.description();
    RegisteredModel made = changes.create(body.name(), description == null ? "" : description);
    Audited.change(exchange, null, made);
    return ResponseEntity.created(URI.create("/api/v1/models/" + made.name()))
        .eTag(ETags.of(made.id(), made.revision()))
        .body(made);
  }

  @GetMapping("/{model}")
  ResponseEntity<RegisteredModel> one(@PathVariable String model) {
    return tagged(models.require(model));
  }

  @PutMapping("/{model}")
  ResponseEntity<RegisteredModel> change(
      @PathVariable String model,
      @Valid @RequestBody ModelChange body,
      @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch,
      ServerWebExchange exchange) {
    RegisteredModel now = models.require(model);
    Revision revision = ETags.required(ifMatch, now.id(), now.revision());
    RegisteredModel changed = changes.describe(model, body.description(), revision);
    Audited.change(exchange, now, changed);
    return tagged(changed);
  }

  @DeleteMapping("/{model}")
  @Answers(204)
  ResponseEntity<Void> delete(
      @PathVariable String model,
      @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch,
      ServerWebExchange exchange) {
    RegisteredModel now = models.require(model);
    changes.delete(model, ETags.required(ifMatch, now.id(), now.revision()));
    Audited.change(exchange, now, null);
    return ResponseEntity.noContent().build();
  }

  private static ResponseEntity<RegisteredModel> tagged(RegisteredModel model) {
    return ResponseEntity.ok().eTag(ETags.of(model.id(), model.revision())).body(model);
  }
}
