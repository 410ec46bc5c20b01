package dev.javelin.catalog;

import java.time.Instant;
import java.util.UUID;

/** Named settings of a model. */
public sealed interface Profile permits LoadProfile, DecodingProfile {
  UUID id();

  String model();

  String name();

  /** A JSON object; what it means is the service's business. */
  String settings();

  Instant changedAt();

  /** Grows with every change. */
  long revision();
}
