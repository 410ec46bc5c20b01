package dev.javelin.config;

import dev.javelin.backend.cpu.CpuBackend;
import dev.javelin.engine.EngineFactory;
import dev.javelin.engine.ModelOpener;

/** The only place that names a concrete backend. */
public final class Backends {
  private Backends() {}

  /** Opens models on this machine's processors. */
  public static ModelOpener cpu() {
    return new EngineFactory(CpuBackend::create);
  }
}
