package dev.javelin.engine;

import java.util.List;

/**
 * What a load did.
 *
 * @param kernels one line per weight format: how it runs on this backend
 * @param warnings fallbacks that make it slower or different, with the reason; shown to people
 */
public record LoadReport(
    String backend,
    long weightBytes,
    long kvCacheBytes,
    long loadNanos,
    List<String> kernels,
    List<String> warnings) {}
