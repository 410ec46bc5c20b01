package dev.javelin.packaging;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The server in a JVM of its own, started as the launcher does but from the compiled classes. */
public final class ServerProcess implements AutoCloseable {
  private static final Pattern READY = Pattern.compile("Javelin is ready: (http://\\S+)/ .*");

  private final Process process;
  private final StringBuffer output = new StringBuffer();
  private final CompletableFuture<String> url = new CompletableFuture<>();
  private final Thread reader;

  public ServerProcess(String... arguments) throws IOException {
    this(List.of("-Xmx512m"), arguments);
  }

  /**
   * @param options of the JVM
   */
  ServerProcess(List<String> options, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of("--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"));
    command.addAll(options);
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), "dev.javelin.JavelinApplication"));
    command.addAll(List.of(arguments));
    process = new ProcessBuilder(command).redirectErrorStream(true).start();
    reader = Thread.ofVirtual().start(this::read);
  }

  private void read() {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      String line;
      while ((line = lines.readLine()) != null) {
        output.append(line).append('\n');
        Matcher ready = READY.matcher(line);
        if (ready.matches()) {
          url.complete(ready.group(1));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      url.completeExceptionally(new IllegalStateException("the server ended:\n" + output));
    }
  }

  /** Waits for the model; the server's address without a slash at the end. */
  public String url() {
    return url.join();
  }

  long pid() {
    return process.pid();
  }

  /** As Ctrl-C and a container's stop do. */
  void terminate() {
    process.destroy();
  }

  /** As kill -9 does. */
  void kill() {
    process.destroyForcibly();
  }

  int exitCode() throws InterruptedException {
    int code = process.waitFor();
    reader.join();
    return code;
  }

  /**
   * Bytes of the heap that are in use after everything else was collected.
   *
   * @throws IOException if the JDK's jcmd does not say
   */
  public long liveHeapBytes() throws IOException, InterruptedException {
    Process histogram =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                String.valueOf(process.pid()),
                "GC.class_histogram")
            .redirectErrorStream(true)
            .start();
    try (BufferedReader lines = histogram.inputReader()) {
      return lines
          .lines()
          .filter(line -> line.startsWith("Total"))
          .map(line -> line.split("\\s+")[2])
          .mapToLong(Long::parseLong)
          .findFirst()
          .orElseThrow(() -> new IOException("jcmd does not tell of the heap"));
    }
  }

  /** Bytes that the process holds of the machine's memory; 0 where the system does not say. */
  public long residentBytes() throws IOException {
    Path status = Path.of("/proc", String.valueOf(process.pid()), "status");
    if (!Files.exists(status)) {
      return 0;
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
        .sum();
  }

  /** Everything written until now. */
  String output() {
    return output.toString();
  }

  @Override
  public void close() throws InterruptedException {
    kill();
    exitCode();
  }
}
