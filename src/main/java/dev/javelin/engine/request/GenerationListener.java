package dev.javelin.engine.request;

/** Receives one request's events on the engine's output thread; must not block. */
@FunctionalInterface
public interface GenerationListener {
  void onEvent(GenerationEvent event);
}
