package dev.javelin.backend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.backend.cpu.CpuBackend;
import dev.javelin.quant.WeightFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/**
 * docs/ops.md and docs/formats.md say what the conformance suites try and what each backend does.
 * {@code -Djavelin.writeDocs=true} writes them anew.
 */
class GeneratedDocsTests {
  @Test
  void opsPageIsWhatTheSuiteTries() throws Exception {
    StringBuilder page = new StringBuilder();
    page.append("# Operations\n\n")
        .append("Generated from the conformance suite (`OpsConformance`), which compares every")
        .append(" backend with the scalar `ReferenceOps`.\n")
        .append("A fused operation without a kernel of its own runs as the composition that is its")
        .append(" specification.\n\n")
        .append("| operation | CPU | CUDA | shapes tried |\n| --- | --- | --- | --- |\n");
    Class<?> cpu = Class.forName("dev.javelin.backend.cpu.CpuOps");
    Class<?> cuda = Class.forName("dev.javelin.backend.cuda.CudaOps");
    for (OpsConformance.Case op : OpsConformance.cases()) {
      page.append(
          "| %s | %s | %s | %s |%n".formatted(op.name(), how(cpu, op), how(cuda, op), op.shapes()));
    }
    check("docs/ops.md", page);
  }

  @Test
  void everyOperationIsTried() {
    List<String> tried = OpsConformance.cases().stream().map(OpsConformance.Case::name).toList();
    assertThat(tried)
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(Ops.class.getDeclaredMethods())
                .filter(method -> !method.isSynthetic())
                .map(method -> method.getName())
                .toList());
  }

  @Test
  void formatsPageIsWhatTheBackendsSay() throws IOException {
    StringBuilder page = new StringBuilder();
    page.append("# Weight formats\n\n")
        .append("Generated from the conformance suite (`LinearConformance`). Every format decodes")
        .append(" bit for bit as its reference does; a linear of\n")
        .append("each is compared with that codec on every backend: ")
        .append(LinearConformance.SHAPES)
        .append(".\n\n")
        .append("| format | weights a block | bytes a block | bits a weight | CPU |\n")
        .append("| --- | --- | --- | --- | --- |\n");
    for (WeightFormat format : WeightFormat.values()) {
      page.append(
          String.format(
              Locale.ROOT,
              "| %s | %d | %d | %.4g | %s |%n",
              format,
              format.blockElements(),
              format.blockBytes(),
              8.0 * format.blockBytes() / format.blockElements(),
              kernel(format)));
    }
    check("docs/formats.md", page);
  }

  private static String how(Class<?> ops, OpsConformance.Case op) {
    boolean own =
        Arrays.stream(ops.getDeclaredMethods())
            .anyMatch(method -> method.getName().equals(op.name()));
    return own ? "own kernel" : "composition";
  }

  private static String kernel(WeightFormat format) {
    try (CpuBackend cpu = CpuBackend.create(1)) {
      cpu.linear(List.of(RandomWeights.of(format, 1, 32 * format.blockElements(), 1)), null);
      return cpu.kernels().getFirst().replace(format + ": ", "");
    }
  }

  private static void check(String file, CharSequence page) throws IOException {
    if (Boolean.getBoolean("javelin.writeDocs")) {
      Files.writeString(Path.of(file), page);
    }
    assertThat(Path.of(file))
        .as("%s; write it anew with -Djavelin.writeDocs=true", file)
        .content()
        .isEqualTo(page.toString());
  }
}
