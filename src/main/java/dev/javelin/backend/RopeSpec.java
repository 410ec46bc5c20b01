package dev.javelin.backend;

/**
 * Rotary position embedding (Su et al., 2021, arXiv:2104.09864) with its frequencies already
 * scaled.
 *
 * @param rotaryDim leading dimensions of a head that rotate; even
 * @param layout which dimensions form a pair
 * @param maxPositions positions that must be served
 * @param attentionFactor cos and sin are multiplied by it (YaRN, longrope); 1 otherwise
 * @param frequencies angle per position of pair i, as a function of the sequence's length
 */
public record RopeSpec(
    int rotaryDim,
    Layout layout,
    int maxPositions,
    float attentionFactor,
    Frequencies frequencies) {

  /** HALVES pairs (i, i + rotaryDim/2), as Hugging Face does; INTERLEAVED pairs (2i, 2i + 1). */
  public enum Layout {
    HALVES,
    INTERLEAVED
  }

  /**
   * Inverse frequencies. Most are the same for every length; dynamic NTK and longrope change them
   * once a sequence outgrows the length the model was trained for.
   */
  public interface Frequencies {
    /**
     * A number that is equal for two lengths exactly if their frequencies are: 0 for every length
     * when they never change. Lets a backend keep one table per value.
     */
    default int variant(int length) {
      return 0;
    }

    /** [rotaryDim / 2] inverse frequencies for sequences of {@code length} tokens. */
    double[] forLength(int length);
  }
}
