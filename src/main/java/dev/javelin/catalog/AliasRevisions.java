package dev.javelin.catalog;

import java.util.UUID;

/** Changes whenever an alias, or anything it stands for, does; cheaper to read than the alias. */
public record AliasRevisions(
    UUID alias,
    long revision,
    UUID version,
    long versionRevision,
    UUID loadProfile,
    long loadProfileRevision,
    UUID decodingProfile,
    long decodingProfileRevision) {}
