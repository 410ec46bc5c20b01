package dev.javelin.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.backend.cuda.kernel.KernelCatalog;
import dev.javelin.backend.cuda.kernel.KernelSignature;
import dev.javelin.backend.cuda.kernel.ParameterKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Launchers and kernel sources name the same symbols with the same parameters; no GPU needed. */
class KernelCatalogTests {
  private static final Path SOURCES = Path.of("native-kernels/cuda/src");
  private static final Pattern EXPORT =
      Pattern.compile(
          "extern\\s+\"C\"\\s+__global__\\s+void\\s+(?:__\\w+__\\s*\\([^)]*\\)\\s*)*(\\w+)\\s*\\(([^)]*)\\)");

  @Test
  void launchersDeclareWhatTheSourcesExport() throws IOException {
    Map<String, List<ParameterKind>> declared = new TreeMap<>();
    for (KernelSignature signature : KernelCatalog.signatures()) {
      assertThat(declared.put(signature.symbol(), signature.parameters()))
          .as("%s is declared twice", signature.symbol())
          .isNull();
    }
    assertThat(declared).isEqualTo(exported());
  }

  @Test
  void everyHotKernelExists() throws IOException {
    Map<String, List<ParameterKind>> exported = exported();
    for (String line : Files.readAllLines(Path.of("native-kernels/cuda/hot-kernels.txt"))) {
      if (!line.isBlank() && !line.startsWith("#")) {
        assertThat(exported).containsKey(line.strip());
      }
    }
  }

  private static Map<String, List<ParameterKind>> exported() throws IOException {
    Map<String, List<ParameterKind>> exported = new TreeMap<>();
    try (Stream<Path> files = Files.list(SOURCES)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".cu")).toList()) {
        String text = Files.readString(file);
        Matcher export = EXPORT.matcher(text);
        int found = 0;
        while (export.find()) {
          String symbol = export.group(1);
          assertThat(file).hasFileName(symbol.substring(0, symbol.indexOf('_')) + ".cu");
          assertThat(exported.put(symbol, kinds(export.group(2)))).as(symbol).isNull();
          found++;
        }
        assertThat(text.split("__global__", -1))
            .as("%s: a kernel outside the exports band", file)
            .hasSize(found + 1);
      }
    }
    assertThat(exported).isNotEmpty();
    return exported;
  }

  private static List<ParameterKind> kinds(String parameters) {
    List<ParameterKind> kinds = new ArrayList<>();
    for (String parameter : parameters.split(",")) {
      kinds.add(kind(parameter.strip()));
    }
    return kinds;
  }

  private static ParameterKind kind(String parameter) {
    if (parameter.contains("*")) {
      return ParameterKind.POINTER;
    }
    if (parameter.startsWith("const __grid_constant__ CUtensorMap ")) {
      return ParameterKind.TENSOR_MAP;
    }
    return switch (parameter.substring(0, parameter.lastIndexOf(' ')).strip()) {
      case "int" -> ParameterKind.INT;
      case "float" -> ParameterKind.FLOAT;
      case "long long" -> ParameterKind.LONG;
      default -> throw new AssertionError("a launcher has no kind for '%s'".formatted(parameter));
    };
  }
}
