package dev.javelin.service;

import dev.javelin.catalog.Profile;
import dev.javelin.catalog.Profiles;
import dev.javelin.catalog.Revision;
import java.time.Instant;

/**
 * Stores the profiles of one kind after a check, and tells everyone.
 *
 * @param <P> what is stored
 * @param <S> its settings
 */
public abstract sealed class ProfileChanges<P extends Profile, S>
    permits LoadProfileChanges, DecodingProfileChanges {
  /**
   * A profile as the API, the audit and events show it.
   *
   * @param applies when a change takes effect: {@code next-request} or {@code needs-reload}
   */
  public record View<S>(
      String model, String name, S settings, String applies, Instant changedAt, long revision) {}

  private final String event;
  private final String applies;
  private final Profiles<P, ?> profiles;
  private final ProfileDocuments documents;
  private final Routes routes;
  private final Events events;

  /**
   * @param event type of the events that tell of changes
   */
  ProfileChanges(
      String event,
      String applies,
      Profiles<P, ?> profiles,
      ProfileDocuments documents,
      Routes routes,
      Events events) {
    this.event = event;
    this.applies = applies;
    this.profiles = profiles;
    this.documents = documents;
    this.routes = routes;
    this.events = events;
  }

  /** Throws what a caller is to be told of settings that cannot be. */
  abstract void check(S settings);

  /** The settings that a stored or sent document stands for. */
  public abstract S read(String document);

  public View<S> view(P profile) {
    return new View<>(
        profile.model(),
        profile.name(),
        read(profile.settings()),
        applies,
        profile.changedAt(),
        profile.revision());
  }

  /**
   * Creates a profile, or replaces the settings of one.
   *
   * @throws ProblemException INVALID_REQUEST naming what is wrong with the name or a setting
   * @throws dev.javelin.engine.request.EngineException INVALID_REQUEST naming a setting
   * @throws dev.javelin.catalog.CatalogException NOT_FOUND if there is no such model
   * @throws dev.javelin.catalog.StaleRevisionException if it is not in the state meant
   */
  public P put(String model, String name, S settings, Revision revision) {
    Names.require(name);
    check(settings);
    P stored = profiles.put(model, name, documents.write(settings), revision);
    routes.refresh();
    events.publish(event, model + "/" + name, view(stored));
    return stored;
  }

  /**
   * @throws dev.javelin.catalog.CatalogException NOT_FOUND, or IN_USE while an alias uses it
   * @throws dev.javelin.catalog.StaleRevisionException if it is not in the state meant
   */
  public void delete(String model, String name, Revision revision) {
    profiles.delete(model, name, revision);
    events.publish(event, model + "/" + name, null);
  }
}
