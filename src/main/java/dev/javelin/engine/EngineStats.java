package dev.javelin.engine;

/** A moment's counts; the totals only grow. */
public record EngineStats(
    int running,
    int waiting,
    int totalBlocks,
    int freeBlocks,
    long promptTokensTotal,
    long generatedTokensTotal,
    long stepsTotal,
    long preemptionsTotal) {}
