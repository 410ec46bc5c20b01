package dev.javelin.catalog;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * What identifies a checkpoint's files.
 *
 * @param format "gguf" or "safetensors"
 * @param sha256 in hex, of the file; for a folder over its files' names, lengths and contents
 */
record ModelFiles(Path path, String format, long sizeBytes, String sha256) {

  /**
   * Reads every byte.
   *
   * @throws UncheckedIOException if a file cannot be read
   */
  static ModelFiles read(Path path) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      long size = 0;
      boolean folder = Files.isDirectory(path);
      for (Path file : folder ? children(path) : List.of(path)) {
        if (folder) {
          String head = file.getFileName() + "\n" + Files.size(file) + "\n";
          digest.update(head.getBytes(StandardCharsets.UTF_8));
        }
        size += Files.size(file);
        update(digest, file);
      }
      String hash = HexFormat.of().formatHex(digest.digest());
      return new ModelFiles(
          path.toAbsolutePath().normalize(), folder ? "safetensors" : "gguf", size, hash);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static List<Path> children(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private static void update(MessageDigest digest, Path file) throws IOException {
    byte[] chunk = new byte[1 << 16];
    try (InputStream in = Files.newInputStream(file)) {
      for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
        digest.update(chunk, 0, count);
      }
    }
  }
}
