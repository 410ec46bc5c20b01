package dev.javelin.service;

import dev.javelin.service.Problem.Type;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * The folders that models may be registered from. A path counts as where it leads: through links,
 * and through links inside the folder it names.
 */
@Component
public final class ModelRoots {
  private final List<Path> roots;
  private final Path store;

  ModelRoots(
      ServingProperties properties,
      @Value("${javelin.data-path}") String dataPath,
      @Value("${javelin.home:.}") String home) {
    Path configured =
        properties.store().isEmpty()
            ? Path.of(dataPath).resolve("store")
            : Path.of(properties.store());
    store = configured.toAbsolutePath().normalize();
    List<Path> allowed = new ArrayList<>(properties.modelRoots());
    allowed.add(store);
    allowed.add(Path.of(home).resolve("models"));
    roots = allowed.stream().map(root -> root.toAbsolutePath().normalize()).distinct().toList();
  }

  /** Where uploads and pulls go. */
  public Path store() {
    return store;
  }

  public List<Path> roots() {
    return roots;
  }

  /**
   * The real path, if it and everything directly in it is below an allowed folder.
   *
   * @throws ProblemException INVALID_REQUEST naming what is allowed
   */
  public Path checked(String given) {
    Path path;
    try {
      path = Path.of(given);
    } catch (InvalidPathException e) {
      throw new ProblemException(refused("is no path: " + e.getReason()).said("path-malformed"));
    }
    if (given.startsWith("\\\\") || given.startsWith("//")) {
      throw new ProblemException(refused("names another machine").said("path-remote"));
    }
    if (!path.isAbsolute()) {
      throw new ProblemException(refused("must be absolute").said("path-relative"));
    }
    try {
      Path real = path.toRealPath();
      requireBelow(real);
      if (Files.isDirectory(real)) {
        try (Stream<Path> children = Files.list(real)) {
          for (Path child : children.toList()) {
            requireBelow(child.toRealPath());
          }
        }
      }
      return real;
    } catch (IOException e) {
      // Whether a file outside the roots is there is nobody's business: the answer is the same.
      throw new ProblemException(
          refused("is not below %s, or is not there".formatted(roots))
              .said("path-elsewhere", roots));
    }
  }

  private void requireBelow(Path real) throws IOException {
    for (Path root : roots) {
      if (Files.isDirectory(root) && real.startsWith(root.toRealPath())) {
        return;
      }
    }
    throw new IOException("outside");
  }

  private static Problem refused(String why) {
    return new Problem(
        Type.INVALID_REQUEST,
        "the path " + why,
        List.of(new Problem.FieldError("/path", why)),
        Map.of());
  }
}
