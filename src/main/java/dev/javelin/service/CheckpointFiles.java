package dev.javelin.service;

import dev.javelin.catalog.ModelVersion;
import dev.javelin.catalog.VersionFile;
import dev.javelin.service.Problem.Type;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;

/** The files that make up a checkpoint. */
@Component
final class CheckpointFiles {
  private static final Pattern SHARD = Pattern.compile("(.*)-\\d{5}-of-(\\d{5})\\.gguf");

  /** Digests of a version's files, and the one over all. */
  record Digests(String sha256, List<VersionFile> files) {}

  /**
   * The file, all shards of a split GGUF model, or everything of a folder that is not hidden; not
   * digested.
   *
   * @throws UncheckedIOException if they cannot be read
   */
  List<VersionFile> list(Path path) {
    try {
      if (!Files.isDirectory(path)) {
        Matcher shard = SHARD.matcher(String.valueOf(path.getFileName()));
        return shard.matches() ? shards(path, shard) : List.of(describe(path));
      }
      List<VersionFile> found = new ArrayList<>();
      try (Stream<Path> children = Files.list(path)) {
        for (Path child : children.sorted().toList()) {
          if (Files.isRegularFile(child) && !Files.isHidden(child)) {
            found.add(describe(child));
          }
        }
      }
      return found;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether a file is the one named, or a shard of the same split GGUF model. */
  static boolean belongs(String file, String named) {
    Matcher shard = SHARD.matcher(named);
    Matcher other = SHARD.matcher(file);
    return file.equals(named)
        || (shard.matches()
            && other.matches()
            && shard.group(1).equals(other.group(1))
            && shard.group(2).equals(other.group(2)));
  }

  /** Whether these are one file, or all shards of one split GGUF model. */
  static boolean isWhole(List<String> names) {
    Matcher shard = SHARD.matcher(names.getFirst());
    return names.size() == 1
        || (shard.matches()
            && names.size() == Integer.parseInt(shard.group(2))
            && names.stream().allMatch(name -> belongs(name, names.getFirst())));
  }

  private static List<VersionFile> shards(Path path, Matcher shard) throws IOException {
    List<VersionFile> found = new ArrayList<>();
    int count = Integer.parseInt(shard.group(2));
    for (int i = 1; i <= count; i++) {
      String name = "%s-%05d-of-%05d.gguf".formatted(shard.group(1), i, count);
      found.add(describe(path.resolveSibling(name)));
    }
    return found;
  }

  private static VersionFile describe(Path file) throws IOException {
    FileTime modified = Files.getLastModifiedTime(file);
    return new VersionFile(
        String.valueOf(file.getFileName()),
        Files.size(file),
        modified.toInstant().truncatedTo(ChronoUnit.MICROS),
        null);
  }

  /** Whether the files are there with the sizes and times that were registered. */
  boolean unchanged(ModelVersion version) {
    try {
      return list(Path.of(version.path()))
          .equals(version.files().stream().map(CheckpointFiles::undigested).toList());
    } catch (UncheckedIOException e) {
      return false;
    }
  }

  private static VersionFile undigested(VersionFile file) {
    return new VersionFile(file.name(), file.sizeBytes(), file.modifiedAt(), null);
  }

  /**
   * @throws ProblemException FILES_CHANGED if they are not
   */
  void checkUnchanged(ModelVersion version) {
    if (!unchanged(version)) {
      throw new ProblemException(
          Problem.of(
                  Type.FILES_CHANGED,
                  "the files of %s at %s are gone or were changed since they were registered; register them as a new version"
                      .formatted(version.label(), version.path()))
              .said("files-changed", version.label(), version.path()));
    }
  }

  /**
   * Reads every byte.
   *
   * @param read told how many bytes more were read; may throw to stop
   * @throws UncheckedIOException if a file cannot be read
   */
  Digests digest(Path path, List<VersionFile> files, LongConsumer read) {
    List<VersionFile> digested = new ArrayList<>();
    MessageDigest all = sha256();
    for (VersionFile file : files) {
      Path at =
          Files.isDirectory(path) ? path.resolve(file.name()) : path.resolveSibling(file.name());
      String digest = digest(at, read);
      digested.add(new VersionFile(file.name(), file.sizeBytes(), file.modifiedAt(), digest));
      String line = "%s\n%d\n%s\n".formatted(file.name(), file.sizeBytes(), digest);
      all.update(line.getBytes(StandardCharsets.UTF_8));
    }
    String sha256 = digested.getFirst().sha256();
    return new Digests(
        digested.size() == 1 && sha256 != null ? sha256 : HexFormat.of().formatHex(all.digest()),
        digested);
  }

  static String digest(Path file, LongConsumer read) {
    MessageDigest digest = sha256();
    byte[] chunk = new byte[1 << 18];
    try (InputStream in = Files.newInputStream(file)) {
      for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
        digest.update(chunk, 0, count);
        read.accept(count);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
