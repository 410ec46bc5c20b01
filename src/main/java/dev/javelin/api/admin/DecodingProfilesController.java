package dev.javelin.api.admin;

import dev.javelin.catalog.DecodingProfile;
import dev.javelin.catalog.DecodingProfiles;
import dev.javelin.service.DecodingChecks;
import dev.javelin.service.DecodingSettings;
import dev.javelin.service.Events;
import dev.javelin.service.ProfileDocuments;
import dev.javelin.service.Routes;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * {@code /api/v1/models/{model}/decoding-profiles}: how answers are sampled where a request is
 * silent.
 */
@RestController
@RequestMapping("/api/v1/models/{model}/decoding-profiles")
final class DecodingProfilesController
    extends ProfilesController<DecodingProfile, DecodingSettings> {
  private final ProfileDocuments documents;
  private final DecodingChecks checks;

  DecodingProfilesController(
      DecodingProfiles profiles,
      ProfileDocuments documents,
      DecodingChecks checks,
      Routes routes,
      Events events) {
    super("decoding-profile", "next-request", profiles, documents, routes, events);
    this.documents = documents;
    this.checks = checks;
  }

  @Override
  void check(DecodingSettings settings) {
    checks.check(settings);
  }

  @Override
  DecodingSettings settings(String document) {
    return documents.decoding(document);
  }
}
