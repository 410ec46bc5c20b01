package dev.javelin.catalog;

/** What an alias shall stand for, all within one model. */
public record AliasTarget(String model, int version, String loadProfile, String decodingProfile) {}
