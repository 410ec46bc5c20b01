package dev.javelin.backend;

/** Elementwise activations. GELU_TANH is the tanh approximation, GELU the exact one with erf. */
public enum Activation {
  SILU,
  GELU,
  GELU_TANH,
  RELU
}
