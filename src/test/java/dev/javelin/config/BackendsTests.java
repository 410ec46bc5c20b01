package dev.javelin.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.javelin.config.Backends.Device;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Without compiled kernels no GPU can be used, on whatever machine this runs. */
final class BackendsTests {
  @TempDir Path home;

  @Test
  void withoutAGpuTheCpuComputesAndOneSentenceSaysWhy() {
    Backends backends = Backends.choose(Device.AUTO, home);
    assertThat(backends.description()).startsWith("computing on the CPU: ").doesNotContain("\n");
    assertThat(Backends.choose(Device.CPU, home).description()).contains("as asked");
  }

  @Test
  void aGpuThatWasAskedForAndIsNotThereIsAnError() {
    assertThatThrownBy(() -> Backends.choose(Device.CUDA, home))
        .isInstanceOf(StartupException.class)
        .hasMessageContaining("the GPU was asked for, but ")
        .hasMessageContaining("--device auto");
  }

  @Test
  void theDoctorSaysWhatItFound() {
    assertThat(Backends.gpu(home, false).getFirst().label()).isEqualTo("gpu");
  }
}
