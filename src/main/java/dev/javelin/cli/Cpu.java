package dev.javelin.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The processor as Linux describes it.
 *
 * @param logical processors the kernel lists, hyper-threads counted
 * @param flags instruction sets: {@code flags} on x86, {@code Features} on Arm
 */
record Cpu(String model, int logical, Set<String> flags) {
  /** Instruction sets that matter to the kernels, widest last. */
  private static final List<String> NOTABLE =
      List.of(
          "asimd",
          "sve",
          "avx",
          "avx2",
          "fma",
          "f16c",
          "avx_vnni",
          "avx512f",
          "avx512bw",
          "avx512_vnni",
          "avx512_bf16",
          "avx512_fp16",
          "amx_tile",
          "amx_int8",
          "amx_bf16");

  /** Reads a file in the form of {@code /proc/cpuinfo}; empty if it cannot be read. */
  static Optional<Cpu> read(Path cpuinfo) {
    List<String> lines;
    try {
      lines = Files.readAllLines(cpuinfo, StandardCharsets.UTF_8);
    } catch (IOException e) {
      return Optional.empty();
    }
    String model = "unknown";
    int logical = 0;
    Set<String> flags = new HashSet<>();
    for (String line : lines) {
      int colon = line.indexOf(':');
      if (colon < 0) {
        continue;
      }
      String value = line.substring(colon + 1).strip();
      switch (line.substring(0, colon).strip()) {
        case "processor" -> logical++;
        case "model name" -> model = value;
        case "flags", "Features" -> flags.addAll(List.of(value.split(" ")));
        default -> {}
      }
    }
    return Optional.of(new Cpu(model, logical, Set.copyOf(flags)));
  }

  List<String> notableFlags() {
    return NOTABLE.stream().filter(flags::contains).toList();
  }
}
