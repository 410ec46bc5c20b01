package dev.javelin.catalog;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.jpa.repository.EntityGraph;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.repository.NoRepositoryBean;

@NoRepositoryBean
interface ProfileRepository<E extends ProfileEntity<?>> extends JpaRepository<E, UUID> {
  @EntityGraph(attributePaths = "model")
  List<E> findByModelNameOrderByName(String model);

  @EntityGraph(attributePaths = "model")
  Optional<E> findByModelNameAndName(String model, String name);
}
