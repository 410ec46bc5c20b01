package dev.javelin.service;

/** Published when the load of the model named at the start ends. */
public sealed interface ModelEvent {
  String name();

  record Loaded(String name, long loadNanos) implements ModelEvent {}

  record LoadFailed(String name, String reason) implements ModelEvent {}
}
