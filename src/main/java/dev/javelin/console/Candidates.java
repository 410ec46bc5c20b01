package dev.javelin.console;

import dev.javelin.catalog.Models;
import dev.javelin.service.ModelRoots;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** What lies in the allowed folders and can be added. */
@Component
final class Candidates {
  private static final int FOUND = 50;
  private static final int DEPTH = 4;

  /**
   * A file or folder that can be added.
   *
   * @param bytes 0 for a folder
   * @param known the version that it is already; null if none
   */
  record Candidate(String path, String name, long bytes, @Nullable String known) {}

  private final ModelRoots roots;
  private final Models models;

  Candidates(ModelRoots roots, Models models) {
    this.roots = roots;
    this.models = models;
  }

  /** Those that are not a part of something else. */
  List<Candidate> list() {
    Map<String, String> known = new HashMap<>();
    models.versions().forEach(version -> known.put(version.path(), version.label()));
    List<Candidate> found = new ArrayList<>();
    for (Path root : roots.roots()) {
      if (!Files.isDirectory(root)) {
        continue;
      }
      try (Stream<Path> files = Files.walk(root, DEPTH, new FileVisitOption[0])) {
        for (Path file : files.filter(Candidates::isCheckpoint).limit(FOUND).toList()) {
          boolean folder = file.endsWith("config.json");
          Path target = folder ? file.getParent() : file;
          if (target != null) {
            found.add(
                new Candidate(
                    target.toString(),
                    root.relativize(target).toString(),
                    folder ? 0 : Files.size(file),
                    known.get(target.toAbsolutePath().normalize().toString())));
          }
        }
      } catch (IOException | UncheckedIOException e) {
        // A folder that cannot be read offers nothing; a path in it still says why.
      }
    }
    return found;
  }

  private static boolean isCheckpoint(Path file) {
    String name = String.valueOf(file.getFileName());
    return (name.endsWith(".gguf") && !name.matches(".*-0000[2-9]-of-\\d+\\.gguf"))
        || (name.equals("config.json") && Files.exists(file.resolveSibling("tokenizer.json")));
  }
}
