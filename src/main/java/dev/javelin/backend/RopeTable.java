package dev.javelin.backend;

/** A backend's tables of cos and sin for one {@link RopeSpec}. Opaque; shared by all layers. */
public interface RopeTable {
  RopeSpec spec();
}
