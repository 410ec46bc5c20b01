package dev.javelin.catalog;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a refusal says, apart from the language it is said in.
 *
 * @param code names the sentence; kept stable, as programs tell refusals apart by it
 * @param arguments of the sentence, in order
 */
public record Wording(String code, List<String> arguments) {
  public Wording {
    arguments = List.copyOf(arguments);
  }

  /**
   * @param arguments as they are written
   */
  public static Wording of(String code, @Nullable Object... arguments) {
    return new Wording(code, Arrays.stream(arguments).map(String::valueOf).toList());
  }
}
