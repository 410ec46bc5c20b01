package dev.javelin.cli;

import dev.javelin.config.Backends;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Looks at the machine: what was found, what is missing, what to do about it. */
final class DoctorCommand implements Command {
  private static final long GIBIBYTE = 1L << 30;

  private final Terminal terminal;

  DoctorCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public String usage() {
    return """
    doctor                  check this machine
      --database-url URL   also connect to this database (JDBC URL)
      --user NAME          with this user
      --no-bandwidth       skip the memory tests: seconds, 512 MiB, and 1 GiB of the GPU
    The password is read from SPRING_DATASOURCE_PASSWORD, as the server does.
    """;
  }

  @Override
  public int run(List<String> arguments) {
    Arguments parsed =
        Arguments.parse(
            "doctor",
            arguments,
            List.of(),
            Set.of("--database-url", "--user"),
            Set.of("--no-bandwidth"));
    java();
    cpu();
    long available = memory();
    if (!parsed.has("--no-bandwidth")) {
      bandwidth(available);
    }
    for (Backends.Fact fact : Backends.gpu(terminal.home(), !parsed.has("--no-bandwidth"))) {
      row(fact.label(), fact.value());
    }
    Optional<String> url = parsed.value("--database-url");
    if (url.isEmpty()) {
      row("database", "not asked for; the server uses H2 files in its data directory");
      return 0;
    }
    return database(url.get(), parsed.value("--user")) ? 0 : 1;
  }

  private void java() {
    row("java", Runtime.version() + ", " + System.getProperty("java.vm.name"));
    boolean vectors = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    row(
        "vector module",
        vectors ? "on" : "MISSING: start through ./javelin, or --add-modules jdk.incubator.vector");
  }

  private void cpu() {
    Optional<Cpu> cpu = Cpu.read(Path.of("/proc/cpuinfo"));
    if (cpu.isEmpty()) {
      row("cpu", System.getProperty("os.arch") + "; no /proc/cpuinfo, so its features are unknown");
      return;
    }
    row("cpu", cpu.get().model() + ", " + cpu.get().logical() + " logical processors");
    row("  usable by this process", String.valueOf(Runtime.getRuntime().availableProcessors()));
    List<String> flags = cpu.get().notableFlags();
    row("  instruction sets", flags.isEmpty() ? "none of note" : String.join(" ", flags));
    if (!flags.contains("avx2") && !flags.contains("asimd")) {
      row("", "WARNING: neither AVX2 nor NEON: expect a tenth of the usual speed");
    }
    readFirst("/sys/fs/cgroup/cpu.max")
        .filter(limit -> !limit.startsWith("max"))
        .ifPresent(limit -> row("  cgroup quota", limit + " microseconds a period"));
  }

  /** Bytes that can be used without swapping; Long.MAX_VALUE if unknown. */
  private long memory() {
    long total = meminfo("MemTotal:");
    long available = meminfo("MemAvailable:");
    if (total < 0 || available < 0) {
      row("memory", "unknown: no /proc/meminfo");
      return Long.MAX_VALUE;
    }
    row("memory", gibibytes(total) + ", " + gibibytes(available) + " available");
    Optional<String> limit =
        readFirst("/sys/fs/cgroup/memory.max")
            .or(() -> readFirst("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
            .filter(text -> text.matches("\\d{1,18}"))
            .filter(text -> Long.parseLong(text) < total);
    if (limit.isPresent()) {
      row("  cgroup limit", gibibytes(Long.parseLong(limit.get())));
      return Math.min(available, Long.parseLong(limit.get()));
    }
    return available;
  }

  private void bandwidth(long available) {
    long region = GIBIBYTE / 2;
    if (available < 2 * region) {
      row("read bandwidth", "not measured: it needs 1 GiB of available memory");
      return;
    }
    Spread rate = ReadBandwidth.measure(2, region);
    row(
        "read bandwidth",
        String.format(
            Locale.ROOT,
            "%.1f GB/s with two threads (%.1f to %.1f)",
            rate.median() / 1e9,
            rate.least() / 1e9,
            rate.most() / 1e9));
    row(
        "",
        String.format(
            Locale.ROOT,
            "a model of 1 GB decodes at most %.0f tok/s for one stream",
            rate.median() / 1e9));
  }

  private boolean database(String url, Optional<String> user) {
    DriverManager.setLoginTimeout(5);
    String password = System.getenv("SPRING_DATASOURCE_PASSWORD");
    try (Connection connection =
        user.isPresent()
            ? DriverManager.getConnection(url, user.get(), password)
            : DriverManager.getConnection(url)) {
      row(
          "database",
          connection.getMetaData().getDatabaseProductName()
              + " "
              + connection.getMetaData().getDatabaseProductVersion()
              + ", reachable");
      return true;
    } catch (SQLException e) {
      row("database", "NOT REACHABLE: " + e.getMessage());
      row("", "check the URL, that the server runs, and user and password");
      return false;
    }
  }

  private static long meminfo(String key) {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/meminfo"), StandardCharsets.UTF_8)) {
        if (line.startsWith(key)) {
          return Long.parseLong(line.substring(key.length()).replace("kB", "").strip()) * 1024;
        }
      }
    } catch (IOException | NumberFormatException e) {
      return -1;
    }
    return -1;
  }

  private static Optional<String> readFirst(String file) {
    try {
      return Files.readAllLines(Path.of(file), StandardCharsets.UTF_8).stream()
          .findFirst()
          .map(String::strip);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static String gibibytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f GiB", bytes / (double) GIBIBYTE);
  }

  private void row(String label, String value) {
    terminal.out().printf("%-26s %s%n", label, value);
  }
}
