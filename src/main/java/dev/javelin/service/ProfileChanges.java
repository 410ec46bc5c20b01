package dev.javelin.service;

import dev.javelin.catalog.DecodingProfile;
import dev.javelin.catalog.DecodingProfiles;
import dev.javelin.catalog.LoadProfile;
import dev.javelin.catalog.LoadProfiles;
import dev.javelin.catalog.Revision;
import java.time.Instant;
import org.springframework.stereotype.Service;

/** Stores profiles that were checked, and tells everyone. */
@Service
public final class ProfileChanges {
  /**
   * A profile as the API and its events show it.
   *
   * @param applies when a change takes effect: {@code needs-reload} or {@code next-request}
   */
  record View(
      String model,
      String name,
      Object settings,
      String applies,
      Instant changedAt,
      long revision) {}

  private final LoadProfiles loads;
  private final DecodingProfiles decodings;
  private final ProfileDocuments documents;
  private final DecodingChecks checks;
  private final Routes routes;
  private final Events events;

  ProfileChanges(
      LoadProfiles loads,
      DecodingProfiles decodings,
      ProfileDocuments documents,
      DecodingChecks checks,
      Routes routes,
      Events events) {
    this.loads = loads;
    this.decodings = decodings;
    this.documents = documents;
    this.checks = checks;
    this.routes = routes;
    this.events = events;
  }

  /**
   * @throws dev.javelin.engine.request.EngineException INVALID_REQUEST naming a setting out of
   *     bounds
   * @throws dev.javelin.catalog.StaleRevisionException if it is not in the state meant
   */
  public LoadProfile put(String model, String name, LoadSettings settings, Revision revision) {
    requireName(name);
    settings.options();
    LoadProfile stored = loads.put(model, name, documents.write(settings), revision);
    routes.refresh();
    events.publish(
        "load-profile",
        model + "/" + name,
        new View(model, name, settings, "needs-reload", stored.changedAt(), stored.revision()));
    return stored;
  }

  /**
   * @throws ProblemException INVALID_REQUEST pointing at the field
   * @throws dev.javelin.catalog.StaleRevisionException if it is not in the state meant
   */
  public DecodingProfile put(
      String model, String name, DecodingSettings settings, Revision revision) {
    requireName(name);
    checks.check(settings);
    DecodingProfile stored = decodings.put(model, name, documents.write(settings), revision);
    routes.refresh();
    events.publish(
        "decoding-profile",
        model + "/" + name,
        new View(model, name, settings, "next-request", stored.changedAt(), stored.revision()));
    return stored;
  }

  /**
   * @throws ProblemException INVALID_REQUEST if nothing may be called so
   */
  public static void requireName(String name) {
    if (!name.matches(Names.PATTERN)) {
      throw new ProblemException(
          Problem.ofField("/name", "'%s' %s".formatted(name, Names.MESSAGE)));
    }
  }
}
