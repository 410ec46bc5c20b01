package dev.javelin.service;

import dev.javelin.catalog.Models;
import dev.javelin.catalog.RegisteredModel;
import dev.javelin.catalog.Revision;
import org.springframework.stereotype.Service;

/** Makes and forgets models and their versions, and tells everyone. */
@Service
public final class ModelChanges {
  private final Models models;
  private final Events events;

  ModelChanges(Models models, Events events) {
    this.models = models;
    this.events = events;
  }

  /**
   * @throws ProblemException INVALID_REQUEST if no model may be called so
   * @throws dev.javelin.catalog.CatalogException ALREADY_EXISTS
   */
  public RegisteredModel create(String name, String description) {
    Names.require(name);
    RegisteredModel made = models.create(name, description);
    events.publish("model", name, made);
    return made;
  }

  /**
   * @throws dev.javelin.catalog.CatalogException NOT_FOUND
   * @throws dev.javelin.catalog.StaleRevisionException if it is not in the state meant
   */
  public RegisteredModel describe(String name, String description, Revision revision) {
    RegisteredModel changed = models.describe(name, description, revision);
    events.publish("model", name, changed);
    return changed;
  }

  /**
   * Forgets a model with its versions and profiles.
   *
   * @throws dev.javelin.catalog.CatalogException NOT_FOUND, or IN_USE while an alias stands for it
   * @throws dev.javelin.catalog.StaleRevisionException if it is not in the state meant
   */
  public void delete(String name, Revision revision) {
    models.delete(name, revision);
    events.publish("model", name, null);
  }

  /**
   * Forgets a version.
   *
   * @throws dev.javelin.catalog.CatalogException NOT_FOUND, or IN_USE while an alias stands for it
   */
  public void deleteVersion(String model, int number) {
    models.deleteVersion(model, number);
    events.publish("version", model + ":" + number, null);
  }
}
