package dev.javelin.catalog;

import java.util.UUID;
import org.springframework.data.jpa.repository.JpaRepository;

interface NodeRepository extends JpaRepository<NodeEntity, UUID> {}
