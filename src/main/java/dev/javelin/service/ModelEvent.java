package dev.javelin.service;

/** Published when a load ends. */
public sealed interface ModelEvent {
  String name();

  record Loaded(String name, long loadNanos) implements ModelEvent {}

  record LoadFailed(String name, String reason) implements ModelEvent {}
}
