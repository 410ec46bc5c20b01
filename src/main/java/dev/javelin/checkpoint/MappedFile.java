package dev.javelin.checkpoint;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Read-only mapping of whole regular files. */
final class MappedFile {
  private MappedFile() {}

  /**
   * @throws CheckpointException if the file is not a regular file or cannot be read
   */
  static MemorySegment map(Path file, Arena arena) {
    if (!Files.isRegularFile(file)) {
      throw new CheckpointException(file, "file", "is not there or is no regular file");
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return channel.map(MapMode.READ_ONLY, 0, channel.size(), arena);
    } catch (IOException e) {
      throw new CheckpointException(file, "file", "cannot be read: " + e.getMessage(), e);
    }
  }

  /** Decodes UTF-8 and refuses what is none. */
  static String utf8(byte[] bytes) throws CharacterCodingException {
    return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
  }
}
