package dev.javelin.api.admin;

import dev.javelin.api.Audited;
import dev.javelin.catalog.Profile;
import dev.javelin.catalog.Profiles;
import dev.javelin.catalog.Revision;
import dev.javelin.service.Names;
import dev.javelin.service.ProfileChanges;
import dev.javelin.service.ProfileChanges.View;
import jakarta.validation.constraints.Pattern;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.server.ServerWebExchange;

/**
 * The profiles of one kind of a model.
 *
 * @param <P> what is stored
 * @param <S> its settings
 */
abstract class ProfilesController<P extends Profile, S> {
  private final Profiles<P, ?> profiles;
  private final ProfileChanges<P, S> changes;

  ProfilesController(Profiles<P, ?> profiles, ProfileChanges<P, S> changes) {
    this.profiles = profiles;
    this.changes = changes;
  }

  @GetMapping
  Page<View<S>> list(@PathVariable String model) {
    return Page.whole(profiles.list(model).stream().map(changes::view).toList());
  }

  @GetMapping("/{name}")
  ResponseEntity<View<S>> one(@PathVariable String model, @PathVariable String name) {
    return tagged(HttpStatus.OK, profiles.require(model, name));
  }

  /** Creates a profile; with If-Match, replaces the settings of one that is there. */
  @PutMapping("/{name}")
  @Answers({200, 201})
  ResponseEntity<View<S>> put(
      @PathVariable String model,
      @PathVariable @Pattern(regexp = Names.PATTERN, message = Names.MESSAGE) String name,
      @RequestBody S body,
      @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch,
      ServerWebExchange exchange) {
    Optional<P> known = profiles.find(model, name);
    Revision revision =
        known.isPresent()
            ? ETags.required(ifMatch, known.get().id(), known.get().revision())
            : ETags.absent(ifMatch);
    P stored = changes.put(model, name, body, revision);
    Audited.change(exchange, known.map(changes::view).orElse(null), changes.view(stored));
    return tagged(known.isPresent() ? HttpStatus.OK : HttpStatus.CREATED, stored);
  }

  @DeleteMapping("/{name}")
  @Answers(204)
  ResponseEntity<Void> delete(
      @PathVariable String model,
      @PathVariable String name,
      @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch,
      ServerWebExchange exchange) {
    P profile = profiles.require(model, name);
    changes.delete(model, name, ETags.required(ifMatch, profile.id(), profile.revision()));
    Audited.change(exchange, changes.view(profile), null);
    return ResponseEntity.noContent().build();
  }

  private ResponseEntity<View<S>> tagged(HttpStatus status, P profile) {
    return ResponseEntity.status(status)
        .eTag(ETags.of(profile.id(), profile.revision()))
        .body(changes.view(profile));
  }
}
