package dev.javelin.api.admin;

import dev.javelin.catalog.LoadProfile;
import dev.javelin.catalog.LoadProfiles;
import dev.javelin.catalog.Revision;
import dev.javelin.service.Events;
import dev.javelin.service.LoadSettings;
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
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** {@code /api/v1/models/{model}/load-profiles}: how a version is loaded. */
@RestController
@RequestMapping("/api/v1/models/{model}/load-profiles")
final class LoadProfilesController {
  /**
   * @param applies when a change takes effect: {@code needs-reload}
   */
  record LoadProfileView(
      String model,
      String name,
      LoadSettings settings,
      String applies,
      Instant changedAt,
      long revision) {}

  private final LoadProfiles profiles;
  private final ProfileDocuments documents;
  private final Routes routes;
  private final Events events;

  LoadProfilesController(
      LoadProfiles profiles, ProfileDocuments documents, Routes routes, Events events) {
    this.profiles = profiles;
    this.documents = documents;
    this.routes = routes;
    this.events = events;
  }

  @GetMapping
  Page<LoadProfileView> list(@PathVariable String model) {
    return Page.whole(profiles.list(model).stream().map(this::view).toList());
  }

  @GetMapping("/{name}")
  ResponseEntity<LoadProfileView> one(@PathVariable String model, @PathVariable String name) {
    LoadProfile profile = profiles.require(model, name);
    return ResponseEntity.ok().eTag(tag(profile)).body(view(profile));
  }

  /** Creates a profile; with If-Match, replaces the settings of one that is there. */
  @PutMapping("/{name}")
  @Answers({200, 201})
  ResponseEntity<LoadProfileView> put(
      @PathVariable String model,
      @PathVariable @Pattern(regexp = Names.PATTERN, message = Names.MESSAGE) String name,
      @RequestBody LoadSettings body,
      @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch) {
    body.options();
    Optional<LoadProfile> known = profiles.find(model, name);
    Revision revision =
        known.isPresent()
            ? ETags.required(ifMatch, known.get().id(), known.get().revision())
            : ETags.absent(ifMatch);
    LoadProfile stored = profiles.put(model, name, documents.write(body), revision);
    routes.refresh();
    events.publish("load-profile", model + "/" + name, view(stored));
    return ResponseEntity.status(known.isPresent() ? HttpStatus.OK : HttpStatus.CREATED)
        .eTag(tag(stored))
        .body(view(stored));
  }

  @DeleteMapping("/{name}")
  @Answers(204)
  ResponseEntity<Void> delete(
      @PathVariable String model,
      @PathVariable String name,
      @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch) {
    LoadProfile profile = profiles.require(model, name);
    Revision revision = ETags.required(ifMatch, profile.id(), profile.revision());
    profiles.delete(model, name, revision);
    events.publish("load-profile", model + "/" + name, null);
    return ResponseEntity.noContent().build();
  }

  private static String tag(LoadProfile profile) {
    return ETags.of(profile.id(), profile.revision());
  }

  private LoadProfileView view(LoadProfile profile) {
    return new LoadProfileView(
        profile.model(),
        profile.name(),
        documents.load(profile.settings()),
        "needs-reload",
        profile.changedAt(),
        profile.revision());
  }
}
