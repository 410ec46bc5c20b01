package dev.javelin.backend.cuda.kernel;

import java.util.List;
import java.util.stream.Stream;

/** Every kernel that Java calls. */
public final class KernelCatalog {
  private KernelCatalog() {}

  public static List<KernelSignature> signatures() {
    return Stream.of(
            AttentionKernels.SIGNATURES,
            DecodeKernels.SIGNATURES,
            ElementwiseKernels.SIGNATURES,
            EmbeddingKernels.SIGNATURES,
            FlashKernels.SIGNATURES,
            LinearKernels.SIGNATURES,
            NormKernels.SIGNATURES,
            PackKernels.SIGNATURES,
            PrefillKernels.SIGNATURES,
            ProbeKernels.SIGNATURES,
            RopeKernels.SIGNATURES,
            SampleKernels.SIGNATURES,
            StreamKernels.SIGNATURES,
            TileKernels.SIGNATURES,
            WgTileKernels.SIGNATURES)
        .flatMap(List::stream)
        .toList();
  }
}
