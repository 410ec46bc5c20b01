package dev.javelin.model.loader;

import dev.javelin.backend.Backend;
import dev.javelin.checkpoint.Checkpoint;
import dev.javelin.checkpoint.TensorInfo;
import dev.javelin.checkpoint.WeightSource;
import dev.javelin.model.ConfigValues;
import dev.javelin.model.Model;
import dev.javelin.model.ModelConfig;
import dev.javelin.model.architecture.Architecture;
import dev.javelin.model.architecture.Architectures;
import dev.javelin.model.nn.LayerBuilder;
import dev.javelin.model.nn.LayerSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleConsumer;

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
    return load(checkpoint, backend, _ -> {});
  }

  /**
   * {@link #load(Checkpoint, Backend)}, which tells how far it is.
   *
   * @param done hears after each layer how much of the model is on the backend, from 0 to 1; what
   *     it throws ends the load
   */
  public static Model load(Checkpoint checkpoint, Backend backend, DoubleConsumer done) {
    return load(config(checkpoint), checkpoint.weights(), backend, done);
  }

  /**
   * The configuration of a model that can be served. Whether anybody knows its architecture comes
   * first: others may lack what all of ours have.
   *
   * @throws dev.javelin.model.UnsupportedModelException as {@link #load(Checkpoint, Backend)}
   */
  public static ModelConfig config(Checkpoint checkpoint) {
    Architectures.of(new ConfigValues(checkpoint.config(), "").text("model_type"));
    ModelConfig config = ModelConfig.from(checkpoint.config());
    layers(config);
    return config;
  }

  /** {@link #load(Checkpoint, Backend)} with a configuration already read, perhaps adjusted. */
  public static Model load(ModelConfig config, WeightSource weights, Backend backend) {
    return load(config, weights, backend, _ -> {});
  }

  private static Model load(
      ModelConfig config, WeightSource weights, Backend backend, DoubleConsumer done) {
    return LayerBuilder.build(config, layers(config), weights, backend, done);
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
