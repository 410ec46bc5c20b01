package dev.javelin.api.admin;

import dev.javelin.catalog.LoadProfile;
import dev.javelin.catalog.LoadProfiles;
import dev.javelin.service.Events;
import dev.javelin.service.LoadSettings;
import dev.javelin.service.ProfileDocuments;
import dev.javelin.service.Routes;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** {@code /api/v1/models/{model}/load-profiles}: how a version is loaded. */
@RestController
@RequestMapping("/api/v1/models/{model}/load-profiles")
final class LoadProfilesController extends ProfilesController<LoadProfile, LoadSettings> {
  private final ProfileDocuments documents;

  LoadProfilesController(
      LoadProfiles profiles, ProfileDocuments documents, Routes routes, Events events) {
    super("load-profile", "needs-reload", profiles, documents, routes, events);
    this.documents = documents;
  }

  @Override
  void check(LoadSettings settings) {
    settings.options();
  }

  @Override
  LoadSettings settings(String document) {
    return documents.load(document);
  }
}
