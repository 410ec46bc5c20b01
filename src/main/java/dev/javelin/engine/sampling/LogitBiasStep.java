package dev.javelin.engine.sampling;

import java.util.Map;

/** Adds a bias to some logits. */
final class LogitBiasStep implements LogitsStep {
  private final int[] ids;
  private final float[] biases;

  LogitBiasStep(Map<Integer, Float> logitBias) {
    ids = new int[logitBias.size()];
    biases = new float[ids.length];
    int n = 0;
    for (Map.Entry<Integer, Float> bias : logitBias.entrySet()) {
      ids[n] = bias.getKey();
      biases[n++] = bias.getValue();
    }
  }

  @Override
  public void apply(float[] logits, int offset) {
    for (int i = 0; i < ids.length; i++) {
      logits[offset + ids[i]] += biases[i];
    }
  }
}
