package dev.javelin.model.nn;

import dev.javelin.tensor.Tensor;

/**
 * Weight and epsilon of a root-mean-square norm (Zhang and Sennrich, 2019, arXiv:1910.07467).
 *
 * @param weight [hiddenSize] or [headDim]
 */
public record RmsNorm(Tensor weight, float eps) {}
