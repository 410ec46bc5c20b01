package dev.javelin.service;

import dev.javelin.catalog.DecodingProfile;
import dev.javelin.catalog.DecodingProfiles;
import org.springframework.stereotype.Service;

/** Changes how answers are sampled where a request is silent. */
@Service
public final class DecodingProfileChanges
    extends ProfileChanges<DecodingProfile, DecodingSettings> {
  private final ProfileDocuments documents;
  private final DecodingChecks checks;

  DecodingProfileChanges(
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
  public DecodingSettings read(String document) {
    return documents.decoding(document);
  }
}
