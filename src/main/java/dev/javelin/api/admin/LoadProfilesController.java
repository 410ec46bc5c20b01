package dev.javelin.api.admin;

import dev.javelin.catalog.LoadProfile;
import dev.javelin.catalog.LoadProfiles;
import dev.javelin.service.LoadProfileChanges;
import dev.javelin.service.LoadSettings;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** {@code /api/v1/models/{model}/load-profiles}: how a version is loaded. */
@RestController
@RequestMapping("/api/v1/models/{model}/load-profiles")
final class LoadProfilesController extends ProfilesController<LoadProfile, LoadSettings> {
  LoadProfilesController(LoadProfiles profiles, LoadProfileChanges changes) {
    super(profiles, changes);
  }
}
