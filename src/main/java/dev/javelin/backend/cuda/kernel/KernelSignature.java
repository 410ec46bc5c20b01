package dev.javelin.backend.cuda.kernel;

import java.util.List;

/**
 * A kernel as its launcher sees it.
 *
 * @param symbol exported name, which starts with its family: {@code norm_rms_bf16}
 */
public record KernelSignature(String symbol, List<ParameterKind> parameters) {
  KernelSignature(String symbol, ParameterKind... parameters) {
    this(symbol, List.of(parameters));
  }

  /** Stem of the file that holds it. */
  public String family() {
    return symbol.substring(0, symbol.indexOf('_'));
  }
}
