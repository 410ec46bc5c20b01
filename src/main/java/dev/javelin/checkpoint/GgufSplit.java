package dev.javelin.checkpoint;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A model split over files NAME-00001-of-0000N.gguf; the first holds the metadata. */
final class GgufSplit {
  private static final Pattern NAME = Pattern.compile("(.*)-(\\d{5})-of-(\\d{5})\\.gguf");

  private GgufSplit() {}

  /**
   * Opens {@code path} and, if it is one of several, all the others.
   *
   * @return the first file first
   * @throws CheckpointException naming the shard that is missing, foreign or broken
   */
  static List<GgufFile> open(Path path, Arena arena) {
    GgufFile opened = GgufFile.open(path, arena);
    long count = number(opened, "split.count", 1);
    if (count == 1) {
      return List.of(opened);
    }
    Matcher name = NAME.matcher(String.valueOf(path.getFileName()));
    if (!name.matches() || Integer.parseInt(name.group(3)) != count) {
      throw new CheckpointException(
          path, "metadata 'split.count'", "is %d, which the file's name denies".formatted(count));
    }
    List<GgufFile> files = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (int i = 0; i < count; i++) {
      String shard =
          String.format(Locale.ROOT, "%s-%05d-of-%05d.gguf", name.group(1), i + 1, count);
      GgufFile file = GgufFile.open(path.resolveSibling(shard), arena);
      if (number(file, "split.no", -1) != i || number(file, "split.count", 1) != count) {
        throw new CheckpointException(
            file.path(), "metadata 'split.no'", "is not shard %d of %d".formatted(i + 1, count));
      }
      for (StoredTensor tensor : file.tensors()) {
        if (!names.add(tensor.name())) {
          throw new CheckpointException(
              file.path(), "tensor '" + tensor.name() + "'", "is in an earlier shard too");
        }
      }
      files.add(file);
    }
    long expected = number(files.getFirst(), "split.tensors.count", names.size());
    if (expected != names.size()) {
      throw new CheckpointException(
          path,
          "metadata 'split.tensors.count'",
          "is %d, but the shards hold %d tensors".formatted(expected, names.size()));
    }
    return List.copyOf(files);
  }

  private static long number(GgufFile file, String key, long otherwise) {
    Object value = file.metadata().getOrDefault(key, otherwise);
    if (value instanceof Integer || value instanceof Long) {
      return ((Number) value).longValue();
    }
    throw new CheckpointException(file.path(), "metadata '" + key + "'", "is no integer");
  }
}
