package dev.javelin.backend.cuda.kernel;

import java.util.List;
import java.util.stream.Stream;

/** Every kernel that Java calls. */
public final class KernelCatalog {
  private KernelCatalog() {}

  public static List<KernelSignature> signatures() {
    return Stream.of(NormKernels.SIGNATURES).flatMap(List::stream).toList();
  }
}
