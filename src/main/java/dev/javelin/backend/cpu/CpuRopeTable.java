package dev.javelin.backend.cpu;

import dev.javelin.backend.RopeSpec;
import dev.javelin.backend.RopeTable;
import java.util.Arrays;

/**
 * Cosines and sines per position, made on first use in pages of 64 positions. A few variants of the
 * frequencies are kept; scalings that change with every length replace the oldest.
 */
final class CpuRopeTable implements RopeTable {
  static final int PAGE = 64;
  private static final int VARIANTS_KEPT = 8;

  private final RopeSpec spec;
  private final Variant[] variants = new Variant[VARIANTS_KEPT];
  private int oldest;

  CpuRopeTable(RopeSpec spec) {
    if (spec.rotaryDim() <= 0 || spec.rotaryDim() % 2 != 0 || spec.maxPositions() <= 0) {
      throw new IllegalArgumentException(
          "rotaryDim must be even and positive, maxPositions positive: " + spec);
    }
    this.spec = spec;
  }

  /** Bytes of all pages of a context. */
  static long bytes(int contextLength, int rotaryDim) {
    return (long) Float.BYTES * Math.ceilDiv(contextLength, PAGE) * PAGE * rotaryDim;
  }

  @Override
  public RopeSpec spec() {
    return spec;
  }

  /**
   * [PAGE, rotaryDim]: per position the cosines of all pairs, then the sines. Called by the leader.
   */
  float[] page(int position, int length) {
    int id = spec.frequencies().variant(length);
    for (Variant variant : variants) {
      if (variant == null) {
        break;
      }
      if (variant.id == id) {
        return page(variant, position);
      }
    }
    Variant made = new Variant(id, spec.frequencies().forLength(length), new float[8][]);
    variants[oldest] = made;
    oldest = (oldest + 1) % VARIANTS_KEPT;
    return page(made, position);
  }

  private float[] page(Variant variant, int position) {
    if (position < 0 || position >= spec.maxPositions()) {
      throw new IllegalArgumentException(
          "position %d of at most %d".formatted(position, spec.maxPositions()));
    }
    int index = position / PAGE;
    if (index >= variant.pages.length) {
      variant.pages = Arrays.copyOf(variant.pages, Math.max(index + 1, 2 * variant.pages.length));
    }
    float[] page = variant.pages[index];
    if (page == null) {
      page = compute(variant.frequencies, index * PAGE);
      variant.pages[index] = page;
    }
    return page;
  }

  private float[] compute(double[] frequencies, int first) {
    int half = spec.rotaryDim() / 2;
    float[] page = new float[PAGE * spec.rotaryDim()];
    for (int p = 0; p < PAGE; p++) {
      for (int i = 0; i < half; i++) {
        double angle = (first + p) * frequencies[i];
        page[p * 2 * half + i] = (float) (Math.cos(angle) * spec.attentionFactor());
        page[p * 2 * half + half + i] = (float) (Math.sin(angle) * spec.attentionFactor());
      }
    }
    return page;
  }

  private static final class Variant {
    final int id;
    final double[] frequencies;
    float[][] pages;

    Variant(int id, double[] frequencies, float[][] pages) {
      this.id = id;
      this.frequencies = frequencies;
      this.pages = pages;
    }
  }
}
