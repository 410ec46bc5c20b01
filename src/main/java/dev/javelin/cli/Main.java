package dev.javelin.cli;

import dev.javelin.checkpoint.Checkpoint;
import dev.javelin.checkpoint.CheckpointException;
import dev.javelin.engine.ModelOpener;
import dev.javelin.engine.request.EngineException;
import dev.javelin.tokenizer.ChatTemplateException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** Finds the command and turns what goes wrong into one line and an exit code. */
final class Main {
  private final Map<String, Command> commands;
  private final Terminal terminal;

  Main(ModelOpener models, Function<Path, Checkpoint> checkpoints, Terminal terminal) {
    this.terminal = terminal;
    this.commands =
        new TreeMap<>(
            Map.of(
                "generate", new GenerateCommand(models, terminal),
                "bench", new BenchCommand(models, terminal),
                "inspect", new InspectCommand(checkpoints, terminal),
                "doctor", new DoctorCommand(terminal)));
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
      return command.run(rest);
    } catch (UsageException e) {
      terminal.err().println("javelin: " + e.getMessage());
      terminal.err().print(command.usage());
      return 2;
    } catch (EngineException | CheckpointException | ChatTemplateException e) {
      terminal.err().println("javelin: " + e.getMessage());
      return 1;
    } catch (UncheckedIOException e) {
      terminal.err().println("javelin: " + e.getMessage());
      return 1;
    }
  }
}
