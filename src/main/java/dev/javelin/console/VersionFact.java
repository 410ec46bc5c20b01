package dev.javelin.console;

import dev.javelin.catalog.ModelVersion;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Something that two versions do not have alike; its name is {@code version.<name>}.
 *
 * @param before null: not known, or there is none
 * @param after null: not known, or there is none
 */
record VersionFact(String name, @Nullable String before, @Nullable String after) {
  private static final int DIGITS = 12;

  static List<VersionFact> between(ModelVersion before, ModelVersion after, Show show) {
    return Stream.of(
            new VersionFact("architecture", before.architecture(), after.architecture()),
            new VersionFact("format", before.format(), after.format()),
            new VersionFact(
                "context", show.count(before.contextLength()), show.count(after.contextLength())),
            new VersionFact("size", show.bytes(before.sizeBytes()), show.bytes(after.sizeBytes())),
            new VersionFact("files", digits(before.sha256()), digits(after.sha256())),
            new VersionFact(
                "tokenizer", digits(before.tokenizerSha256()), digits(after.tokenizerSha256())),
            new VersionFact(
                "template", digits(before.templateSha256()), digits(after.templateSha256())),
            new VersionFact("licence", before.licence(), after.licence()))
        .filter(fact -> !Objects.equals(fact.before(), fact.after()))
        .toList();
  }

  private static @Nullable String digits(@Nullable String digest) {
    return digest == null ? null : digest.substring(0, Math.min(DIGITS, digest.length()));
  }
}
