package dev.javelin.checkpoint;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A file that cannot be read as a checkpoint: names the file, the offset or tensor, the reason. */
public final class CheckpointException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param where an offset ("offset 24") or a tensor ("tensor 'a.b'")
   */
  public CheckpointException(Path file, String where, String reason) {
    this(file, where, reason, null);
  }

  public CheckpointException(Path file, String where, String reason, @Nullable Throwable cause) {
    super("%s: %s: %s".formatted(file.getFileName(), where, reason), cause);
  }
}
