package dev.javelin.service;

import dev.javelin.engine.LoadedModel;

/** Published when a model comes into memory, and when it leaves. */
public sealed interface InstanceEvent {
  Instance instance();

  record Ready(Instance instance, LoadedModel model) implements InstanceEvent {}

  record Gone(Instance instance) implements InstanceEvent {}
}
