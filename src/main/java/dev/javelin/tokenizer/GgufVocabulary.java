package dev.javelin.tokenizer;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Typed access to the {@code tokenizer.ggml.*} keys of a GGUF file. See <a
 * href="https://github.com/ggml-org/ggml/blob/master/docs/gguf.md#tokenizer">the specification</a>.
 */
final class GgufVocabulary {
  static final int NORMAL = 1;
  static final int UNKNOWN = 2;
  static final int CONTROL = 3;
  static final int USER_DEFINED = 4;

  private static final String PREFIX = "tokenizer.ggml.";

  private final Map<String, Object> metadata;
  private final List<String> tokens;
  private final int[] types;

  GgufVocabulary(Map<String, Object> metadata) {
    this.metadata = metadata;
    tokens = strings("tokens");
    if (tokens.isEmpty()) {
      throw new IllegalArgumentException("the file has no " + PREFIX + "tokens");
    }
    types = types();
  }

  private int[] types() {
    int[] types = new int[tokens.size()];
    Object given = metadata.get(PREFIX + "token_type");
    for (int id = 0; id < types.length; id++) {
      types[id] = given == null ? NORMAL : number("token_type", given, id).intValue();
      // files are known that leave the end of a turn an ordinary token
      if (types[id] == NORMAL && Tokenizers.END_OF_TURN.contains(tokens.get(id))) {
        types[id] = CONTROL;
      }
    }
    return types;
  }

  List<String> tokens() {
    return tokens;
  }

  int type(int id) {
    return types[id];
  }

  /** Steers the model; its name in a text is not it. */
  boolean isControl(int id) {
    return types[id] == CONTROL || types[id] == UNKNOWN;
  }

  float score(int id) {
    Object given = metadata.get(PREFIX + "scores");
    if (given == null) {
      throw new IllegalArgumentException("the file has no " + PREFIX + "scores");
    }
    return number("scores", given, id).floatValue();
  }

  /** Element {@code id} of an array that has one element a token. */
  private Number number(String key, Object array, int id) {
    int length =
        switch (array) {
          case int[] ints -> ints.length;
          case float[] floats -> floats.length;
          case double[] doubles -> doubles.length;
          case List<?> list -> list.size();
          default -> throw wrong(key, "an array of numbers", array);
        };
    if (length != tokens.size()) {
      throw new IllegalArgumentException(
          PREFIX + key + " has " + length + " elements for " + tokens.size() + " tokens");
    }
    return switch (array) {
      case int[] ints -> ints[id];
      case float[] floats -> floats[id];
      case double[] doubles -> doubles[id];
      case List<?> list when list.get(id) instanceof Number number -> number;
      default -> throw wrong(key, "an array of numbers", array);
    };
  }

  /** Empty if absent. */
  List<String> strings(String key) {
    Object given = metadata.get(PREFIX + key);
    return switch (given) {
      case null -> List.of();
      case String[] array -> List.of(array);
      case List<?> list -> {
        String[] array = new String[list.size()];
        for (int i = 0; i < array.length; i++) {
          if (!(list.get(i) instanceof String text)) {
            throw wrong(key, "an array of strings", list);
          }
          array[i] = text;
        }
        yield List.of(array);
      }
      default -> throw wrong(key, "an array of strings", given);
    };
  }

  @Nullable String string(String key) {
    Object given = metadata.get(PREFIX + key);
    return switch (given) {
      case null -> null;
      case String text -> text;
      default -> throw wrong(key, "a string", given);
    };
  }

  boolean flag(String key, boolean absent) {
    Object given = metadata.get(PREFIX + key);
    return switch (given) {
      case null -> absent;
      case Boolean flag -> flag;
      default -> throw wrong(key, "true or false", given);
    };
  }

  byte @Nullable [] bytes(String key) {
    Object given = metadata.get(PREFIX + key);
    return switch (given) {
      case null -> null;
      case byte[] bytes -> bytes;
      case List<?> list -> {
        byte[] bytes = new byte[list.size()];
        for (int i = 0; i < bytes.length; i++) {
          if (!(list.get(i) instanceof Number number)) {
            throw wrong(key, "an array of bytes", list);
          }
          bytes[i] = number.byteValue();
        }
        yield bytes;
      }
      default -> throw wrong(key, "an array of bytes", given);
    };
  }

  /** The id under a key that names one token; empty if absent. */
  OptionalInt tokenId(String key) {
    Object given = metadata.get(PREFIX + key);
    return switch (given) {
      case null -> OptionalInt.empty();
      // some files write -1, as an unsigned number, for none
      case Number number when number.intValue() == -1 -> OptionalInt.empty();
      case Number number when number.longValue() >= 0 && number.longValue() < tokens.size() ->
          OptionalInt.of(number.intValue());
      default -> throw wrong(key, "a token id below " + tokens.size(), given);
    };
  }

  private static IllegalArgumentException wrong(String key, String allowed, Object given) {
    String shown =
        given instanceof Number || given instanceof String
            ? given.toString()
            : given.getClass().getSimpleName();
    return new IllegalArgumentException(PREFIX + key + " must be " + allowed + ", is " + shown);
  }
}
