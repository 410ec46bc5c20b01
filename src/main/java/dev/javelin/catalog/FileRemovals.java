package dev.javelin.catalog;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * Files that are to be deleted. {@link Models} writes them down with the end of their version, so
 * that none is forgotten if the server ends in between. Every call blocks on the database.
 */
@Service
@Transactional
public class FileRemovals {
  private final FileRemovalRepository removals;
  private final ModelVersionRepository versions;

  FileRemovals(FileRemovalRepository removals, ModelVersionRepository versions) {
    this.removals = removals;
    this.versions = versions;
  }

  @Transactional(readOnly = true)
  public List<FileRemoval> list() {
    return removals.findAll().stream().map(FileRemovalEntity::view).toList();
  }

  /** Where the files of all versions are. */
  @Transactional(readOnly = true)
  public Set<String> used() {
    Set<String> used = new HashSet<>();
    versions.findAll().forEach(version -> used.addAll(version.view().locations()));
    return used;
  }

  /** One is done, or not needed any more. */
  public void done(UUID id) {
    removals.deleteById(id);
  }
}
