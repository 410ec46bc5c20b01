package dev.javelin.service;

import dev.javelin.catalog.LoadProfile;
import dev.javelin.catalog.LoadProfiles;
import org.springframework.stereotype.Service;

/** Changes how versions are loaded. */
@Service
public final class LoadProfileChanges extends ProfileChanges<LoadProfile, LoadSettings> {
  private final ProfileDocuments documents;

  LoadProfileChanges(
      LoadProfiles profiles, ProfileDocuments documents, Routes routes, Events events) {
    super("load-profile", "needs-reload", profiles, documents, routes, events);
    this.documents = documents;
  }

  @Override
  void check(LoadSettings settings) {
    settings.options();
  }

  @Override
  public LoadSettings read(String document) {
    return documents.load(document);
  }
}
