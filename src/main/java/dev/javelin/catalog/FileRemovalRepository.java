package dev.javelin.catalog;

import java.util.UUID;
import org.springframework.data.jpa.repository.JpaRepository;

interface FileRemovalRepository extends JpaRepository<FileRemovalEntity, UUID> {}
