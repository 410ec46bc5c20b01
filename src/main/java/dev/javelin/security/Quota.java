package dev.javelin.security;

import java.util.Locale;

/** What can be limited. */
public enum Quota {
  REQUESTS_PER_MINUTE("requests in a minute"),
  TOKENS_PER_MINUTE("tokens in a minute"),
  TOKENS_PER_DAY("tokens in a day (UTC)"),
  CONCURRENT_REQUESTS("requests at the same time");

  private final String meaning;

  Quota(String meaning) {
    this.meaning = meaning;
  }

  /** As in {@code requests_per_minute}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  String meaning() {
    return meaning;
  }
}
