package dev.javelin.service;

import dev.javelin.engine.LoadedModel;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A model under the name callers use. */
public record ServedModel(String name, Instant created, State state) {
  /** How far it is. */
  public sealed interface State {
    /**
     * @param stage what the load is doing
     * @param progress of the stage, from 0 to 1; null where it cannot be told
     */
    record Loading(String stage, @Nullable Double progress) implements State {}

    record Ready(LoadedModel model) implements State {}

    record Failed(String reason) implements State {}

    /**
     * Not in memory.
     *
     * @param onRequest whether the first request loads it
     */
    record Unloaded(boolean onRequest) implements State {}
  }
}
