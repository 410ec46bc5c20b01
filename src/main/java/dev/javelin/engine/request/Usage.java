package dev.javelin.engine.request;

/** Tokens of one request. @param cachedTokens prompt tokens whose keys were already cached */
public record Usage(int promptTokens, int completionTokens, int cachedTokens) {}
