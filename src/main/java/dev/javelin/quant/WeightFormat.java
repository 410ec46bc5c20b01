package dev.javelin.quant;

import java.util.Optional;

/**
 * Every storage format of a weight: plain floats and the block formats of <a
 * href="https://github.com/ggml-org/ggml/blob/master/docs/gguf.md">GGUF</a>.
 */
public enum WeightFormat {
  F32(0, 1, 4),
  F16(1, 1, 2),
  Q4_0(2, 32, 18),
  Q4_1(3, 32, 20),
  Q5_0(6, 32, 22),
  Q5_1(7, 32, 24),
  Q8_0(8, 32, 34),
  Q2_K(10, 256, 84),
  Q3_K(11, 256, 110),
  Q4_K(12, 256, 144),
  Q5_K(13, 256, 176),
  Q6_K(14, 256, 210),
  IQ2_XXS(16, 256, 66),
  IQ2_XS(17, 256, 74),
  IQ3_XXS(18, 256, 98),
  IQ1_S(19, 256, 50),
  IQ4_NL(20, 32, 18),
  IQ3_S(21, 256, 110),
  IQ2_S(22, 256, 82),
  IQ4_XS(23, 256, 136),
  F64(28, 1, 8),
  IQ1_M(29, 256, 56),
  BF16(30, 1, 2),
  TQ1_0(34, 256, 54),
  TQ2_0(35, 256, 66),
  MXFP4(39, 32, 17),
  NVFP4(40, 64, 36),
  Q1_0(41, 128, 18),
  Q2_0(42, 64, 18);

  private final int ggmlType;
  private final int blockElements;
  private final int blockBytes;

  WeightFormat(int ggmlType, int blockElements, int blockBytes) {
    this.ggmlType = ggmlType;
    this.blockElements = blockElements;
    this.blockBytes = blockBytes;
  }

  /** The format with this type id in a GGUF file; empty for removed, unknown and integer types. */
  public static Optional<WeightFormat> ofGgmlType(long ggmlType) {
    for (WeightFormat format : values()) {
      if (format.ggmlType == ggmlType) {
        return Optional.of(format);
      }
    }
    return Optional.empty();
  }

  /** Type id in a GGUF file. */
  public int ggmlType() {
    return ggmlType;
  }

  public int blockElements() {
    return blockElements;
  }

  public int blockBytes() {
    return blockBytes;
  }

  /**
   * Bytes of {@code elements} consecutive elements.
   *
   * @throws IllegalArgumentException if they do not fill whole blocks
   */
  public long bytes(long elements) {
    if (elements % blockElements != 0) {
      throw new IllegalArgumentException(
          "%s: %d elements are no multiple of its block of %d"
              .formatted(this, elements, blockElements));
    }
    return Math.multiplyExact(elements / blockElements, (long) blockBytes);
  }

  public WeightCodec codec() {
    return switch (this) {
      case F32 -> blocks(SimpleCodecs::f32);
      case F16 -> blocks(SimpleCodecs::f16);
      case BF16 -> blocks(SimpleCodecs::bf16);
      case F64 -> blocks(SimpleCodecs::f64);
      case Q1_0 -> blocks(SimpleCodecs::q1_0);
      case Q2_0 -> blocks(SimpleCodecs::q2_0);
      case Q4_0 -> blocks(SimpleCodecs::q4_0);
      case Q4_1 -> blocks(SimpleCodecs::q4_1);
      case Q5_0 -> blocks(SimpleCodecs::q5_0);
      case Q5_1 -> blocks(SimpleCodecs::q5_1);
      case Q8_0 -> blocks(SimpleCodecs::q8_0);
      case Q2_K -> blocks(KQuantCodecs::q2_k);
      case Q3_K -> blocks(KQuantCodecs::q3_k);
      case Q4_K -> blocks(KQuantCodecs::q4_k);
      case Q5_K -> blocks(KQuantCodecs::q5_k);
      case Q6_K -> blocks(KQuantCodecs::q6_k);
      case IQ4_NL -> blocks(LookupCodecs::iq4_nl);
      case IQ4_XS -> blocks(LookupCodecs::iq4_xs);
      case MXFP4 -> blocks(LookupCodecs::mxfp4);
      case NVFP4 -> blocks(LookupCodecs::nvfp4);
      case TQ1_0 -> blocks(TernaryCodecs::tq1_0);
      case TQ2_0 -> blocks(TernaryCodecs::tq2_0);
      case IQ1_S -> blocks(GridCodecs::iq1_s);
      case IQ1_M -> blocks(GridCodecs::iq1_m);
      case IQ2_XXS -> blocks(GridCodecs::iq2_xxs);
      case IQ2_XS -> blocks(GridCodecs::iq2_xs);
      case IQ2_S -> blocks(GridCodecs::iq2_s);
      case IQ3_XXS -> blocks(GridCodecs::iq3_xxs);
      case IQ3_S -> blocks(GridCodecs::iq3_s);
    };
  }

  private WeightCodec blocks(BlockDecoder decoder) {
    return new BlockCodec(blockElements, blockBytes, decoder);
  }
}
