package dev.javelin.service;

import dev.javelin.catalog.Alias;

/** An alias with its profiles read, as requests use it. */
public record Route(Alias alias, DecodingSettings decoding) {
  public String name() {
    return alias.name();
  }
}
