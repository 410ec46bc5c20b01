package dev.javelin.catalog.account;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.jpa.repository.JpaRepository;

interface AccountRepository extends JpaRepository<AccountEntity, UUID> {
  Optional<AccountEntity> findByName(String name);

  List<AccountEntity> findAllByOrderByName();

  long countByRole(Role role);
}
