package dev.javelin.console;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.springframework.util.FileSystemUtils;

/**
 * Gives the tests of several classes one {@link TestConsole}. JUnit makes the filled one, which its
 * tests leave as they found it.
 */
final class SharedConsole implements BeforeAllCallback, AfterAllCallback, ParameterResolver {
  /** Makes a console in an empty folder. */
  private interface Start {
    TestConsole in(Path directory) throws IOException;
  }

  private final String name;
  private final Start start;

  SharedConsole() {
    this("filled", TestConsole::filled);
  }

  private SharedConsole(String name, Start start) {
    this.name = name;
    this.start = start;
  }

  /** The one whose tests change what is loaded and what is registered. */
  static SharedConsole managed() {
    return new SharedConsole("managed", TestConsole::managed);
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    console(context);
  }

  /** A page without live figures: nothing asks the server until the next class comes. */
  @Override
  public void afterAll(ExtensionContext context) {
    TestConsole console = console(context);
    console.browser().driver().get(console.address("/login"));
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == TestConsole.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return console(context);
  }

  private TestConsole console(ExtensionContext context) {
    return context
        .getRoot()
        .getStore(ExtensionContext.Namespace.create(SharedConsole.class))
        .computeIfAbsent(name, _ -> start(), Shared.class)
        .console();
  }

  private Shared start() {
    try {
      Path directory = Files.createTempDirectory("console");
      return new Shared(start.in(directory), directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** JUnit closes it when all tests have run. */
  private record Shared(TestConsole console, Path directory) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      console.close();
      FileSystemUtils.deleteRecursively(directory);
    }
  }
}
