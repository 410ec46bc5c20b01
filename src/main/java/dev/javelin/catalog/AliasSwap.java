package dev.javelin.catalog;

/** A change of what an alias stands for. */
public record AliasSwap(AliasChange from, AliasChange to) {
  /** Whether another version or load profile answers from then on. */
  boolean isOne() {
    return !target(from).equals(target(to));
  }

  /** As in {@code chat:2/default}. */
  public static String target(AliasChange change) {
    return "%s:%d/%s".formatted(change.model(), change.version(), change.loadProfile());
  }
}
