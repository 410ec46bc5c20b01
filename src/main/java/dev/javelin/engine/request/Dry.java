package dev.javelin.engine.request;

import static dev.javelin.engine.request.Ranges.require;

import java.util.BitSet;
import java.util.List;

/**
 * Don't repeat yourself: a token that would make a longer repetition of what stands before loses
 * {@code multiplier * base ^ (length - allowedLength)} (<a
 * href="https://github.com/oobabooga/text-generation-webui/pull/5677">DRY</a>).
 *
 * @param multiplier [0, 100]; 0: off
 * @param base [1, 10]
 * @param allowedLength longest repetition that costs nothing; at least 1
 * @param lastN tokens looked back on, prompt included; -1: all, 0: off
 * @param breakers tokens no repetition goes over, nor is penalized at; not to be changed
 * @param breakerSequences sequences no repetition goes over; not to be changed
 */
public record Dry(
    float multiplier,
    float base,
    int allowedLength,
    int lastN,
    BitSet breakers,
    List<int[]> breakerSequences) {
  public static final Dry NONE = new Dry(0f, 1.75f, 2, -1, new BitSet(), List.of());

  public Dry {
    breakerSequences = List.copyOf(breakerSequences);
    require(multiplier >= 0f && multiplier <= 100f, "dry_multiplier", multiplier, "from 0 to 100");
    require(base >= 1f && base <= 10f, "dry_base", base, "from 1 to 10");
    require(allowedLength >= 1, "dry_allowed_length", allowedLength, "at least 1");
    require(lastN >= -1, "dry_penalty_last_n", lastN, "-1 for all, 0 for off, or positive");
  }

  public boolean active() {
    return multiplier > 0f && lastN != 0;
  }
}
