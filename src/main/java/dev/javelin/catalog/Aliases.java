package dev.javelin.catalog;

import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.data.domain.Limit;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Aliases and their history. Every call blocks on the database. */
@Service
@Transactional
public class Aliases {
  private final AliasRepository aliases;
  private final AliasChangeRepository changes;
  private final ModelVersionRepository versions;
  private final LoadProfileRepository loadProfiles;
  private final DecodingProfileRepository decodingProfiles;
  private final Clock clock;

  Aliases(
      AliasRepository aliases,
      AliasChangeRepository changes,
      ModelVersionRepository versions,
      LoadProfileRepository loadProfiles,
      DecodingProfileRepository decodingProfiles,
      Clock clock) {
    this.aliases = aliases;
    this.changes = changes;
    this.versions = versions;
    this.loadProfiles = loadProfiles;
    this.decodingProfiles = decodingProfiles;
    this.clock = clock;
  }

  @Transactional(readOnly = true)
  public List<Alias> list() {
    return aliases.findAll().stream()
        .map(AliasEntity::view)
        .sorted(Comparator.comparing(Alias::name))
        .toList();
  }

  /** Of every alias, by its name. */
  @Transactional(readOnly = true)
  public List<AliasRevisions> revisions() {
    return aliases.revisions();
  }

  @Transactional(readOnly = true)
  public Optional<Alias> find(String name) {
    return aliases.findByName(name).map(AliasEntity::view);
  }

  /**
   * @throws CatalogException NOT_FOUND
   */
  @Transactional(readOnly = true)
  public Alias require(String name) {
    return entity(name).view();
  }

  /**
   * Creates the alias, or retargets it in one transaction with a line of history.
   *
   * @param actor who does it, {@code reason} why
   * @throws CatalogException NOT_FOUND if the version or a profile is not there
   * @throws StaleRevisionException if it is not in the state that {@code revision} says
   */
  public Alias put(
      String name,
      AliasTarget target,
      AliasPolicy policy,
      Revision revision,
      String actor,
      String reason) {
    Optional<AliasEntity> known = aliases.findByName(name);
    known.ifPresent(alias -> revision.check("alias", name, alias.revision));
    if (known.isEmpty() && revision instanceof Revision.Exactly) {
      throw CatalogException.notFound("alias", name);
    }
    AliasEntity entity = known.orElseGet(() -> new AliasEntity(name));
    String model = target.model();
    entity.version =
        versions
            .findByModelNameAndNumber(model, target.version())
            .orElseThrow(
                () -> CatalogException.notFound("version", model + ":" + target.version()));
    entity.loadProfile =
        loadProfiles
            .findByModelNameAndName(model, target.loadProfile())
            .orElseThrow(() -> CatalogException.notFound("load profile", target.loadProfile()));
    entity.decodingProfile =
        decodingProfiles
            .findByModelNameAndName(model, target.decodingProfile())
            .orElseThrow(
                () -> CatalogException.notFound("decoding profile", target.decodingProfile()));
    entity.loading = policy.loading();
    entity.pinned = policy.pinned();
    entity.idleSeconds = policy.idleSeconds();
    entity.changedAt = clock.instant().truncatedTo(ChronoUnit.MICROS);
    AliasEntity saved = aliases.saveAndFlush(entity);
    changes.save(new AliasChangeEntity(saved, actor, reason));
    return saved.view();
  }

  /**
   * @throws CatalogException NOT_FOUND
   * @throws StaleRevisionException if it is not in the state that {@code revision} says
   */
  public void delete(String name, Revision revision) {
    AliasEntity entity = entity(name);
    revision.check("alias", name, entity.revision);
    aliases.delete(entity);
  }

  /** Newest first; kept after the alias is deleted. */
  @Transactional(readOnly = true)
  public List<AliasChange> history(String name) {
    return changes.findByAliasOrderByIdDesc(name).stream().map(AliasChangeEntity::view).toList();
  }

  /** Names that stood for the model at any time, those of deleted aliases too; sorted. */
  @Transactional(readOnly = true)
  public List<String> everOf(String model) {
    return changes.aliasesOf(model).stream().sorted().toList();
  }

  /**
   * The swaps of all aliases since {@code from}, newest first: changes after which another version
   * or load profile answers.
   *
   * @param limit of the changes looked at, of any kind
   */
  @Transactional(readOnly = true)
  public List<AliasSwap> swaps(Instant from, int limit) {
    List<AliasSwap> found = new ArrayList<>();
    Map<String, AliasChange> before = new HashMap<>();
    for (AliasChangeEntity entity :
        changes.findByChangedAtGreaterThanEqualOrderByIdDesc(from, Limit.of(limit)).reversed()) {
      AliasChange to = entity.view();
      AliasChange known = before.put(to.alias(), to);
      Optional<AliasChange> former =
          known != null
              ? Optional.of(known)
              : changes
                  .findFirstByAliasAndIdLessThanOrderByIdDesc(to.alias(), to.id())
                  .map(AliasChangeEntity::view);
      former.map(was -> new AliasSwap(was, to)).filter(AliasSwap::isOne).ifPresent(found::add);
    }
    Collections.reverse(found);
    return found;
  }

  private AliasEntity entity(String name) {
    return aliases.findByName(name).orElseThrow(() -> CatalogException.notFound("alias", name));
  }
}
