package dev.javelin.engine.request;

import java.util.List;

/** What every answer must look like. The texts are checked when they are compiled. */
public sealed interface StructuredOutput {
  /** One JSON object, whatever its members. */
  record JsonObject() implements StructuredOutput {}

  /** JSON that is valid against a schema of draft 2020-12. */
  record JsonSchema(String schema) implements StructuredOutput {}

  /** A text that matches a regular expression as a whole. */
  record Regex(String pattern) implements StructuredOutput {}

  /** One of these texts. */
  record Choice(List<String> options) implements StructuredOutput {
    public Choice {
      options = List.copyOf(options);
    }
  }

  /** A text of a grammar in llama.cpp's notation, GBNF. */
  record Gbnf(String source) implements StructuredOutput {}
}
