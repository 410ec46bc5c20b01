package dev.javelin.service;

import dev.javelin.catalog.Alias;
import dev.javelin.catalog.AliasChange;
import dev.javelin.catalog.AliasPolicy;
import dev.javelin.catalog.AliasTarget;
import dev.javelin.catalog.Aliases;
import dev.javelin.catalog.Revision;
import dev.javelin.service.Problem.Type;
import java.util.List;
import org.springframework.stereotype.Service;

/** Changes what aliases stand for, at once for the next request, and tells everyone. */
@Service
public final class AliasChanges {
  private final Aliases aliases;
  private final Routes routes;
  private final Events events;

  AliasChanges(Aliases aliases, Routes routes, Events events) {
    this.aliases = aliases;
    this.routes = routes;
    this.events = events;
  }

  /**
   * Creates or retargets an alias; what it then stands for is loaded by its policy.
   *
   * @throws dev.javelin.catalog.CatalogException NOT_FOUND if the version or a profile is not there
   * @throws dev.javelin.catalog.StaleRevisionException if it is not in the state meant
   */
  public Alias put(
      String name,
      AliasTarget target,
      AliasPolicy policy,
      Revision revision,
      String actor,
      String reason) {
    Alias stored = aliases.put(name, target, policy, revision, actor, reason);
    routes.refresh();
    events.publish("alias", name, AliasView.of(stored));
    return stored;
  }

  /**
   * @throws dev.javelin.catalog.CatalogException NOT_FOUND
   * @throws dev.javelin.catalog.StaleRevisionException if it is not in the state meant
   */
  public void delete(String name, Revision revision) {
    aliases.delete(name, revision);
    routes.refresh();
    events.publish("alias", name, null);
  }

  /**
   * The last target that differs from the one now.
   *
   * @throws ProblemException CONFLICT if it never stood for anything else
   */
  public AliasTarget former(Alias now) {
    AliasTarget current = target(now);
    List<AliasChange> history = aliases.history(now.name());
    return history.stream()
        .map(
            change ->
                new AliasTarget(
                    change.model(),
                    change.version(),
                    change.loadProfile(),
                    change.decodingProfile()))
        .filter(target -> !target.equals(current))
        .findFirst()
        .orElseThrow(
            () -> new ProblemException(Type.CONFLICT, "the alias never stood for anything else"));
  }

  /** What it stands for now. */
  public static AliasTarget target(Alias alias) {
    return new AliasTarget(
        alias.version().model(),
        alias.version().number(),
        alias.loadProfile().name(),
        alias.decodingProfile().name());
  }
}
