package dev.javelin.api.admin;

import dev.javelin.api.Audited;
import dev.javelin.catalog.Profile;
import dev.javelin.catalog.Profiles;
import dev.javelin.catalog.Revision;
import dev.javelin.service.Events;
import dev.javelin.service.Names;
import dev.javelin.service.ProfileDocuments;
import dev.javelin.service.Routes;
import jakarta.validation.constraints.Pattern;
import java.time.Instant;
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
  /**
   * @param applies when a change takes effect: {@code next-request} or {@code needs-reload}
   */
  record ProfileView<S>(
      String model, String name, S settings, String applies, Instant changedAt, long revision) {}

  private final String kind;
  private final String applies;
  private final Profiles<P, ?> profiles;
  private final ProfileDocuments documents;
  private final Routes routes;
  private final Events events;

  /**
   * @param kind the type of the events that tell of changes
   */
  ProfilesController(
      String kind,
      String applies,
      Profiles<P, ?> profiles,
      ProfileDocuments documents,
      Routes routes,
      Events events) {
    this.kind = kind;
    this.applies = applies;
    this.profiles = profiles;
    this.documents = documents;
    this.routes = routes;
    this.events = events;
  }

  /** Throws what a caller is to be told of settings that cannot be. */
  abstract void check(S settings);

  /** Reads what was stored. */
  abstract S settings(String document);

  @GetMapping
  Page<ProfileView<S>> list(@PathVariable String model) {
    return Page.whole(profiles.list(model).stream().map(this::view).toList());
  }

  @GetMapping("/{name}")
  ResponseEntity<ProfileView<S>> one(@PathVariable String model, @PathVariable String name) {
    return tagged(HttpStatus.OK, profiles.require(model, name));
  }

  /** Creates a profile; with If-Match, replaces the settings of one that is there. */
  @PutMapping("/{name}")
  @Answers({200, 201})
  ResponseEntity<ProfileView<S>> put(
      @PathVariable String model,
      @PathVariable @Pattern(regexp = Names.PATTERN, message = Names.MESSAGE) String name,
      @RequestBody S body,
      @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch,
      ServerWebExchange exchange) {
    check(body);
    Optional<P> known = profiles.find(model, name);
    Revision revision =
        known.isPresent()
            ? ETags.required(ifMatch, known.get().id(), known.get().revision())
            : ETags.absent(ifMatch);
    P stored = profiles.put(model, name, documents.write(body), revision);
    routes.refresh();
    events.publish(kind, model + "/" + name, view(stored));
    Audited.change(exchange, known.map(this::view).orElse(null), view(stored));
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
    profiles.delete(model, name, ETags.required(ifMatch, profile.id(), profile.revision()));
    events.publish(kind, model + "/" + name, null);
    Audited.change(exchange, view(profile), null);
    return ResponseEntity.noContent().build();
  }

  private ResponseEntity<ProfileView<S>> tagged(HttpStatus status, P profile) {
    return ResponseEntity.status(status)
        .eTag(ETags.of(profile.id(), profile.revision()))
        .body(view(profile));
  }

  private ProfileView<S> view(P profile) {
    return new ProfileView<>(
        profile.model(),
        profile.name(),
        settings(profile.settings()),
        applies,
        profile.changedAt(),
        profile.revision());
  }
}
