package dev.javelin.cli;

import dev.javelin.config.Backends.Device;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One command's parsed arguments: positional ones in order, {@code --name value} and flags. */
final class Arguments {
  private final String command;
  private final List<String> positional = new ArrayList<>();
  private final Map<String, String> options = new HashMap<>();

  private Arguments(String command) {
    this.command = command;
  }

  /**
   * @param names the positional arguments, for messages; exactly as many must be given
   * @param valued options that take a value, with their dashes; {@code --name=value} works too
   * @param flags options that take none
   * @throws UsageException for whatever else is there, and for what is missing
   */
  static Arguments parse(
      String command,
      List<String> arguments,
      List<String> names,
      Set<String> valued,
      Set<String> flags) {
    Arguments parsed = new Arguments(command);
    boolean onlyPositional = false;
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      if (onlyPositional || !argument.startsWith("--")) {
        parsed.positional.add(argument);
        continue;
      }
      if (argument.equals("--")) {
        onlyPositional = true;
        continue;
      }
      int equals = argument.indexOf('=');
      String name = equals < 0 ? argument : argument.substring(0, equals);
      if (flags.contains(name) && equals < 0) {
        parsed.options.put(name, "");
      } else if (valued.contains(name)) {
        if (equals < 0 && i + 1 == arguments.size()) {
          throw new UsageException("%s: %s needs a value.".formatted(command, name));
        }
        parsed.options.put(name, equals < 0 ? arguments.get(++i) : argument.substring(equals + 1));
      } else {
        List<String> known = new ArrayList<>(valued);
        known.addAll(flags);
        known.sort(null);
        throw new UsageException(
            "%s: unknown option '%s'. It knows: %s."
                .formatted(command, argument, String.join(" ", known)));
      }
    }
    if (parsed.positional.size() != names.size()) {
      throw new UsageException(
          "%s takes %s, but %d given. Quote a prompt that has spaces."
              .formatted(
                  command,
                  names.isEmpty() ? "no arguments" : String.join(" ", names),
                  parsed.positional.size()));
    }
    return parsed;
  }

  String positional(int index) {
    return positional.get(index);
  }

  boolean has(String flag) {
    return options.containsKey(flag);
  }

  Optional<String> value(String name) {
    return Optional.ofNullable(options.get(name));
  }

  /** {@code --device}. */
  Device device() {
    String name = value("--device").orElse("auto");
    for (Device device : Device.values()) {
      if (device.name().equalsIgnoreCase(name)) {
        return device;
      }
    }
    throw new UsageException(
        "%s: --device is '%s'; it must be auto, cpu or cuda.".formatted(command, name));
  }

  int integer(String name, int otherwise, int least, int most) {
    return value(name).map(text -> integer(name, text, least, most)).orElse(otherwise);
  }

  /** A comma-separated list of integers, each in the range. */
  List<Integer> integers(String name, List<Integer> otherwise, int least, int most) {
    Optional<String> given = value(name);
    if (given.isEmpty()) {
      return otherwise;
    }
    List<Integer> values = new ArrayList<>();
    for (String part : given.get().split(",", -1)) {
      values.add(integer(name, part.strip(), least, most));
    }
    return values;
  }

  long longInteger(String name, String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new UsageException(
          "%s: %s is '%s'; it must be a whole number.".formatted(command, name, text));
    }
  }

  float decimal(String name, float otherwise, float least, float most) {
    Optional<String> given = value(name);
    if (given.isEmpty()) {
      return otherwise;
    }
    try {
      float value = Float.parseFloat(given.get());
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Falls through to the same message as a number out of range.
    }
    throw new UsageException(
        "%s: %s is '%s'; it must be a number from %s to %s."
            .formatted(command, name, given.get(), least, most));
  }

  private int integer(String name, String text, int least, int most) {
    try {
      int value = Integer.parseInt(text);
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Falls through to the same message as a number out of range.
    }
    throw new UsageException(
        "%s: %s is '%s'; it must be a whole number from %d to %d."
            .formatted(command, name, text, least, most));
  }
}
