package dev.javelin.checkpoint;

import java.util.List;

/**
 * @param shape outermost first, as Hugging Face writes it @param format a WeightFormat or dtype
 *     name
 */
public record TensorInfo(String name, String format, List<Long> shape, long bytes) {}
