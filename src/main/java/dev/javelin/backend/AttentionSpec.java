package dev.javelin.backend;

/**
 * @param scale multiplies q·k
 * @param slidingWindow position i sees i - slidingWindow + 1 .. i; 0: everything before it
 * @param softcap scores become softcap * tanh(score / softcap); 0: none
 */
public record AttentionSpec(AttentionShape shape, float scale, int slidingWindow, float softcap) {}
