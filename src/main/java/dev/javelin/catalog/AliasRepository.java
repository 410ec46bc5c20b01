package dev.javelin.catalog;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Query;

interface AliasRepository extends JpaRepository<AliasEntity, UUID> {
  /** With everything that an alias's view tells: one query for all, not some for each. */
  String WHOLE =
      """
      select a from AliasEntity a
      join fetch a.version v join fetch v.model left join fetch v.files
      join fetch a.loadProfile l join fetch l.model
      join fetch a.decodingProfile d join fetch d.model
      """;

  @Override
  @Query(WHOLE)
  List<AliasEntity> findAll();

  @Query(WHOLE + "where a.name = :name")
  Optional<AliasEntity> findByName(String name);

  @Query(
      """
      select new dev.javelin.catalog.AliasRevisions(
          a.id, a.revision, v.id, v.revision, l.id, l.revision, d.id, d.revision)
      from AliasEntity a join a.version v join a.loadProfile l join a.decodingProfile d
      order by a.name
      """)
  List<AliasRevisions> revisions();

  List<AliasEntity> findByVersion(ModelVersionEntity version);

  List<AliasEntity> findByLoadProfile(LoadProfileEntity profile);

  List<AliasEntity> findByDecodingProfile(DecodingProfileEntity profile);
}
