package dev.javelin.api.admin;

import dev.javelin.catalog.DecodingProfile;
import dev.javelin.catalog.DecodingProfiles;
import dev.javelin.service.DecodingProfileChanges;
import dev.javelin.service.DecodingSettings;
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
  DecodingProfilesController(DecodingProfiles profiles, DecodingProfileChanges changes) {
    super(profiles, changes);
  }
}
