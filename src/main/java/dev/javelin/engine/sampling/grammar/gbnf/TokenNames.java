package dev.javelin.engine.sampling.grammar.gbnf;

import dev.javelin.engine.sampling.grammar.machine.GrammarException;
import dev.javelin.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds the token of a model that a grammar names. */
record TokenNames(Tokenizer tokenizer) {
  private static final Pattern NUMBERED = Pattern.compile("<\\[(\\d{1,9})]>");

  /**
   * @param name {@code <text>} or {@code <[id]>}
   * @throws GrammarException if it is no token, several, or one that ends an answer
   */
  int find(String name) {
    int id = name.startsWith("<[") ? numbered(name) : spelled(name);
    if (tokenizer.eosTokenIds().contains(id)) {
      throw new GrammarException(
          "the token %s ends an answer, which it may do wherever root is complete".formatted(name));
    }
    return id;
  }

  private int numbered(String name) {
    Matcher number = NUMBERED.matcher(name);
    int id = number.matches() ? Integer.parseInt(number.group(1)) : -1;
    if (id < 0 || id >= tokenizer.vocabSize()) {
      throw new GrammarException(
          "%s is no token; this model's have the numbers 0 to %d"
              .formatted(name, tokenizer.vocabSize() - 1));
    }
    return id;
  }

  private int spelled(String name) {
    int[] ids = tokenizer.encode(name, false, true);
    byte[] text = name.getBytes(StandardCharsets.UTF_8);
    if (ids.length != 1 || !Arrays.equals(tokenizer.tokenBytes(ids[0]), text)) {
      throw new GrammarException(
          "%s is not one token of this model; write it as a text in quotes".formatted(name));
    }
    return ids[0];
  }
}
