package dev.javelin.engine;

import dev.javelin.backend.DeviceActivity;
import dev.javelin.backend.DeviceMemory;
import java.nio.file.Path;
import java.util.List;

/**
 * Tells of a checkpoint what it is and what loading it would take, before anything is allocated.
 */
public interface LoadPlanner {
  /**
   * @throws dev.javelin.engine.request.EngineException INVALID_MODEL_FILE or UNSUPPORTED_MODEL
   */
  ModelDescription describe(Path path);

  /**
   * @throws dev.javelin.engine.request.EngineException INVALID_MODEL_FILE, UNSUPPORTED_MODEL, or as
   *     a load with these options would
   */
  LoadEstimate estimate(Path path, LoadOptions options);

  /** The memory of every device that models are loaded to. */
  List<DeviceMemory> memory();

  /** How busy those of them are that tell. */
  List<DeviceActivity> activity();
}
