package dev.javelin.backend;

/**
 * What a device tells of its work.
 *
 * @param device as in {@link DeviceMemory}
 * @param busy share of the last moments in which it computed, for whomever, 0 to 1
 */
public record DeviceActivity(String device, double busy) {}
