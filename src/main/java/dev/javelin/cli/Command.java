package dev.javelin.cli;

import java.util.List;

/** One subcommand. */
interface Command {
  String usage();

  /**
   * @return the exit code
   * @throws UsageException if the arguments cannot be understood
   */
  int run(List<String> arguments);
}
