package dev.javelin.cli;

import dev.javelin.backend.DeviceTimes;
import dev.javelin.checkpoint.Checkpoint;
import dev.javelin.checkpoint.CheckpointException;
import dev.javelin.checkpoint.Checkpoints;
import dev.javelin.config.Backends;
import dev.javelin.config.Backends.Device;
import dev.javelin.config.StartupException;
import dev.javelin.engine.EngineFactory;
import dev.javelin.engine.ModelOpener;
import dev.javelin.engine.request.EngineException;
import dev.javelin.tokenizer.ChatTemplateException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Finds the command and turns what goes wrong into one line and an exit code. */
public final class Main {
  private final Map<String, Command> commands;
  private final Terminal terminal;

  /**
   * @param models opens models on a device
   * @param engines open checkpoints that are in no file
   */
  Main(
      Function<Device, ModelOpener> models,
      ShapeBench.Engines engines,
      Function<Path, Checkpoint> checkpoints,
      Terminal terminal) {
    this.terminal = terminal;
    this.commands =
        new TreeMap<>(
            Map.of(
                "generate", new GenerateCommand(models, terminal),
                "bench", new BenchCommand(models, engines, terminal),
                "inspect", new InspectCommand(checkpoints, terminal),
                "doctor", new DoctorCommand(terminal)));
  }

  public static void main(String[] arguments) {
    String home = System.getenv("JAVELIN_HOME");
    Terminal terminal =
        new Terminal(
            new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8),
            new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
            Path.of(home == null ? "." : home));
    BiFunction<Device, @Nullable DeviceTimes, EngineFactory> engines =
        (device, times) -> {
          Backends backends = Backends.choose(device, terminal.home(), times);
          terminal.err().println(backends.description());
          return backends.engines();
        };
    Main main =
        new Main(
            device -> engines.apply(device, null), engines::apply, Checkpoints::open, terminal);
    System.exit(main.run(List.of(arguments)));
  }

  /** 0: done. 1: it failed. 2: the arguments were wrong. */
  int run(List<String> arguments) {
    if (arguments.isEmpty() || !commands.containsKey(arguments.getFirst())) {
      commands.values().forEach(command -> terminal.err().print(command.usage()));
      return 2;
    }
    Command command = commands.get(arguments.getFirst());
    List<String> rest = arguments.subList(1, arguments.size());
    if (rest.contains("--help")) {
      terminal.out().print(command.usage());
      return 0;
    }
    try {
      int code = command.run(rest);
      if (terminal.out().checkError()) {
        terminal.err().println("javelin: standard output was closed, or could not be written");
        return 1;
      }
      return code;
    } catch (UsageException e) {
      terminal.err().println("javelin: " + e.getMessage());
      terminal.err().print(command.usage());
      return 2;
    } catch (EngineException
        | StartupException
        | CheckpointException
        | ChatTemplateException
        | UncheckedIOException e) {
      terminal.err().println("javelin: " + e.getMessage());
      return 1;
    }
  }
}
