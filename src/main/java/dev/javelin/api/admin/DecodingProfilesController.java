package dev.javelin.api.admin;

import dev.javelin.catalog.DecodingProfile;
import dev.javelin.catalog.DecodingProfiles;
import dev.javelin.catalog.Revision;
import dev.javelin.service.DecodingChecks;
import dev.javelin.service.DecodingSettings;
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
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * {@code /api/v1/models/{model}/decoding-profiles}: how answers are sampled where a request is
 * silent.
 */
@RestController
@RequestMapping("/api/v1/models/{model}/decoding-profiles")
final class DecodingProfilesController {
  /**
   * @param applies when a change takes effect: {@code next-request}
   */
  record DecodingProfileView(
      String model,
      String name,
      DecodingSettings settings,
      String applies,
      Instant changedAt,
      long revision) {}

  private final DecodingProfiles profiles;
  private final ProfileDocuments documents;
  private final DecodingChecks checks;
  private final Routes routes;
  private final Events events;

  DecodingProfilesController(
      DecodingProfiles profiles,
      ProfileDocuments documents,
      DecodingChecks checks,
      Routes routes,
      Events events) {
    this.profiles = profiles;
    this.documents = documents;
    this.checks = checks;
    this.routes = routes;
    this.events = events;
  }

  @GetMapping
  Page<DecodingProfileView> list(@PathVariable String model) {
    return Page.whole(profiles.list(model).stream().map(this::view).toList());
  }

  @GetMapping("/{name}")
  ResponseEntity<DecodingProfileView> one(@PathVariable String model, @PathVariable String name) {
    DecodingProfile profile = profiles.require(model, name);
    return ResponseEntity.ok().eTag(tag(profile)).body(view(profile));
  }

  /** Creates a profile; with If-Match, replaces the settings of one that is there. */
  @PutMapping("/{name}")
  @Answers({200, 201})
  ResponseEntity<DecodingProfileView> put(
      @PathVariable String model,
      @PathVariable @Pattern(regexp = Names.PATTERN, message = Names.MESSAGE) String name,
      @RequestBody DecodingSettings body,
      @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch) {
    checks.check(body);
    Optional<DecodingProfile> known = profiles.find(model, name);
    Revision revision =
        known.isPresent()
            ? ETags.required(ifMatch, known.get().id(), known.get().revision())
            : ETags.absent(ifMatch);
    DecodingProfile stored = profiles.put(model, name, documents.write(body), revision);
    routes.refresh();
    events.publish("decoding-profile", model + "/" + name, view(stored));
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
    DecodingProfile profile = profiles.require(model, name);
    Revision revision = ETags.required(ifMatch, profile.id(), profile.revision());
    profiles.delete(model, name, revision);
    events.publish("decoding-profile", model + "/" + name, null);
    return ResponseEntity.noContent().build();
  }

  private static String tag(DecodingProfile profile) {
    return ETags.of(profile.id(), profile.revision());
  }

  private DecodingProfileView view(DecodingProfile profile) {
    return new DecodingProfileView(
        profile.model(),
        profile.name(),
        documents.decoding(profile.settings()),
        "next-request",
        profile.changedAt(),
        profile.revision());
  }
}
