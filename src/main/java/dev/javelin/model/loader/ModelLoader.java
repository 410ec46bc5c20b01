package dev.javelin.model.loader;

import dev.javelin.backend.Backend;
import dev.javelin.checkpoint.Checkpoint;
import dev.javelin.checkpoint.TensorInfo;
import dev.javelin.checkpoint.WeightSource;
import dev.javelin.model.Model;
import dev.javelin.model.ModelConfig;
import dev.javelin.model.architecture.Architecture;
import dev.javelin.model.architecture.Architectures;
import dev.javelin.model.nn.LayerBuilder;
import dev.javelin.model.nn.LayerSpec;
import java.util.ArrayList;
import java.util.List;

/** Builds the model of a checkpoint on a backend. */
public final class ModelLoader {
  private ModelLoader() {}

  /**
   * @throws dev.javelin.model.UnsupportedModelException before anything is allocated, if the
   *     architecture is unknown, a value of the configuration is missing or absurd, or the shape of
   *     a weight does not fit
   * @throws dev.javelin.checkpoint.CheckpointException if a weight is not there
   */
  public static Model load(Checkpoint checkpoint, Backend backend) {
    return load(ModelConfig.from(checkpoint.config()), checkpoint.weights(), backend);
  }

  /** {@link #load(Checkpoint, Backend)} with a configuration already read, perhaps adjusted. */
  public static Model load(ModelConfig config, WeightSource weights, Backend backend) {
    return LayerBuilder.build(config, layers(config), weights, backend);
  }

  /** What each layer of the model does. */
  public static List<LayerSpec> layers(ModelConfig config) {
    Architecture architecture = Architectures.of(config.architecture());
    List<LayerSpec> layers = new ArrayList<>();
    for (int i = 0; i < config.numLayers(); i++) {
      layers.add(architecture.layer(config, i));
    }
    return layers;
  }

  /** Bytes of all weights as the checkpoint stores them. */
  public static long weightBytes(Checkpoint checkpoint) {
    long bytes = 0;
    for (TensorInfo tensor : checkpoint.tensors()) {
      bytes = Math.addExact(bytes, tensor.bytes());
    }
    return bytes;
  }
}
