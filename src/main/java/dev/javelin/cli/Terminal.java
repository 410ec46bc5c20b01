package dev.javelin.cli;

import java.io.PrintStream;
import java.nio.file.Path;

/**
 * Where a command writes and what it resolves names against.
 *
 * @param out results only, so that they can be piped
 * @param err progress and messages
 * @param home the folder Javelin is installed in, with {@code models/} inside
 */
record Terminal(PrintStream out, PrintStream err, Path home) {
  private static final String BUILT_IN = "models/dart/dart-20m-chat-q8_0.gguf";

  /** The path a MODEL argument names: a file, a folder, or {@code dart}, the built-in model. */
  Path model(String argument) {
    return argument.equals("dart") && !Path.of(argument).toFile().exists()
        ? home.resolve(BUILT_IN)
        : Path.of(argument);
  }
}
