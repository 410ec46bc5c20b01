package dev.javelin;

import static org.junit.jupiter.api.Assumptions.abort;

import java.nio.file.Files;
import java.nio.file.Path;

/** Finds the golden data beside the checkout; a test that needs what is not there skips loudly. */
public final class Shared {
  private Shared() {}

  /** The file or folder {@code relative} of the shared data; aborts the calling test if absent. */
  public static Path require(String relative) {
    String configured = System.getenv("JAVELIN_SHARED");
    Path root = Path.of(configured == null ? "../shared" : configured);
    Path found = root.resolve(relative);
    if (!Files.exists(found)) {
      System.out.println("SKIPPED: no " + relative + " under " + root.toAbsolutePath());
      abort("golden data " + relative + " is not beside this checkout; set JAVELIN_SHARED");
    }
    return found;
  }
}
