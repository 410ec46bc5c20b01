package dev.javelin.service;

import dev.javelin.engine.LoadedModel;
import java.time.Instant;

/** A model under the name callers use. */
public record ServedModel(String name, Instant created, State state) {
  /** How far it is. */
  public sealed interface State {
    /**
     * @param stage what the load is doing
     */
    record Loading(String stage) implements State {}

    record Ready(LoadedModel model) implements State {}

    record Failed(String reason) implements State {}
  }

  ServedModel with(State next) {
    return new ServedModel(name, created, next);
  }
}
