package dev.javelin.engine.scheduler;

/**
 * A block's content on its way to or from host memory. The moves of a step are made in their order,
 * before anything else of it.
 *
 * @param toHost from the block to the slot, or the other way
 * @param slot place in host memory that holds one block
 */
public record BlockMove(boolean toHost, int block, int slot) {}
