package dev.javelin.service;

import java.util.List;
import java.util.Map;

/** What a caller wants continued. */
public sealed interface Prompt {
  /**
   * @param messages each with role and content, for the model's chat template
   * @param addGenerationPrompt the template opens a new message of the assistant
   * @param continueFinal the last message is left open, for the answer to go on with
   * @param kwargs further template variables
   */
  record Chat(
      List<Map<String, Object>> messages,
      boolean addGenerationPrompt,
      boolean continueFinal,
      Map<String, Object> kwargs)
      implements Prompt {}

  /** Raw text; spelled control tokens become control tokens, as completion callers expect. */
  record Text(String text, boolean addSpecialTokens) implements Prompt {}

  /** Token ids, checked against the vocabulary. */
  record Tokens(List<Integer> ids) implements Prompt {}

  /** The request field a complaint about this prompt names. */
  default String field() {
    return switch (this) {
      case Chat _ -> "messages";
      case Text _, Tokens _ -> "prompt";
    };
  }
}
