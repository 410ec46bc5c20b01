package dev.javelin.service;

import dev.javelin.catalog.ModelVersion;
import dev.javelin.catalog.Models;
import dev.javelin.catalog.RegisteredModel;
import dev.javelin.catalog.Revision;
import java.util.ArrayList;
import java.util.List;
import org.springframework.stereotype.Service;

/** Makes and deletes models and their versions, and tells everyone. */
@Service
public final class ModelChanges {
  private final Models models;
  private final Instances instances;
  private final StoreSweeper sweeper;
  private final Events events;

  ModelChanges(Models models, Instances instances, StoreSweeper sweeper, Events events) {
    this.models = models;
    this.instances = instances;
    this.sweeper = sweeper;
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
   * Deletes a model with its versions and profiles, and the files that Javelin stored for it.
   *
   * @throws dev.javelin.catalog.CatalogException NOT_FOUND, or IN_USE while an alias stands for it
   *     or it is in memory of another server
   * @throws ProblemException IN_USE while it is in memory here
   * @throws dev.javelin.catalog.StaleRevisionException if it is not in the state meant
   */
  public void delete(String name, Revision revision) {
    delete(models.versions(name), () -> models.delete(name, revision));
    events.publish("model", name, null);
  }

  /**
   * Deletes a version, and the files that Javelin stored for it unless another version uses them.
   *
   * @throws dev.javelin.catalog.CatalogException NOT_FOUND, or IN_USE while an alias stands for it
   *     or it is in memory of another server
   * @throws ProblemException IN_USE while it is in memory here
   */
  public void deleteVersion(String model, int number) {
    delete(List.of(models.version(model, number)), () -> models.deleteVersion(model, number));
    events.publish("version", model + ":" + number, null);
  }

  /**
   * Deletes versions, of which none is loaded meanwhile or later, and then what was stored for
   * them.
   *
   * @param rows takes them out of the database
   */
  private void delete(List<ModelVersion> versions, Runnable rows) {
    List<ModelVersion> forbidden = new ArrayList<>();
    try {
      for (ModelVersion version : versions) {
        instances.forbid(version);
        forbidden.add(version);
      }
      // What was unloaded a moment ago may still be in the database.
      instances.writeDown();
      rows.run();
    } catch (RuntimeException e) {
      forbidden.forEach(instances::allow);
      throw e;
    }
    sweeper.sweep();
  }
}
