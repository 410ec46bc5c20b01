package dev.javelin.backend;

import java.util.List;

/** What models would take of a backend's devices, told without allocating anything. */
public interface DeviceCosts {
  /** Every device's memory now. */
  List<DeviceMemory> memory();

  /** How busy those devices are that tell. */
  default List<DeviceActivity> activity() {
    return List.of();
  }

  /**
   * What a load would choose where its options leave the choice open, once its weights are there.
   */
  LoadDefaults loadDefaults(long weightBytes);

  /** One entry for each device that the model would use. */
  List<DeviceNeed> needs(LoadShape shape);
}
