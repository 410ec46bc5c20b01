package dev.javelin.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compiles every kernel and fails on a register spill in a hot one; no GPU needed. */
class KernelBuildTests {
  private record Outcome(int exitCode, String text) {}

  /** Only where a compiler is at hand, so that a first run of the tests fetches none. */
  @Test
  void everyKernelCompilesForHopper() throws Exception {
    if (run("./toolchain", "--offline").exitCode() != 0) {
      System.out.println(
          "SKIPPED: no nvcc: the CUDA kernels were not compiled (test --soak fetches one)");
      abort("no nvcc");
    }
    check("90a");
  }

  @ParameterizedTest
  @ValueSource(strings = {"80", "86", "89", "90a", "100", "120"})
  @Tag("soak")
  void everyKernelCompilesForEveryTarget(String target) throws Exception {
    check(target);
  }

  private static void check(String target) throws IOException, InterruptedException {
    Outcome outcome = run("make", "-j2", "cuda-check", "ARCH=" + target);
    assertThat(outcome.exitCode()).as(outcome.text()).isZero();
  }

  private static Outcome run(String... command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(List.of(command))
            .directory(new java.io.File("native-kernels"))
            .redirectErrorStream(true)
            .start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Outcome(process.waitFor(), text);
  }
}
