package dev.javelin.tokenizer;

import dev.javelin.tokenizer.BindingTokenizer.SpecialTokens;
import dev.javelin.tokenizer.Vocabulary.AddedToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Opens the tokenizer of a checkpoint. */
public final class Tokenizers {
  /** Names that chat formats give the token that ends a turn, where it is a control token. */
  static final Set<String> END_OF_TURN =
      Set.of("<|im_end|>", "<|eot_id|>", "<|end|>", "<end_of_turn>", "<|endoftext|>");

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private Tokenizers() {}

  /**
   * About how much of the heap a tokenizer takes, with the checkpoint's own list of tokens and
   * merges and the trie of tokens that structured output walks: measured with vocabularies of 8,192
   * and 49,152 tokens.
   */
  public static long heapBytes(int vocabSize) {
    return 215L * vocabSize;
  }

  /** About how much the binding takes off the heap, measured with the same. */
  public static long nativeBytes(int vocabSize) {
    return 1_200_000 + 172L * vocabSize;
  }

  /**
   * Opens a tokenizer.json. BOS and EOS come from tokenizer_config.json beside it where that names
   * them, else from the configuration.
   *
   * @param config config.json: {@code bos_token_id}, {@code eos_token_id} (a number or a list)
   * @param generationConfig generation_config.json, same keys; empty if there is none
   * @throws UncheckedIOException if the file cannot be read
   * @throws IllegalArgumentException if it is not a tokenizer Javelin can use
   */
  public static Tokenizer fromJson(
      Path tokenizerJson, Map<String, Object> config, Map<String, Object> generationConfig) {
    TokenizerDefinition definition = TokenizerDefinition.of(read(tokenizerJson));
    Vocabulary vocabulary = definition.vocabulary();
    Path tokenizerConfig = tokenizerJson.resolveSibling("tokenizer_config.json");
    JsonNode names =
        Files.exists(tokenizerConfig) ? read(tokenizerConfig) : JSON.createObjectNode();
    Set<Integer> configured = new TreeSet<>(ids(config, "eos_token_id"));
    configured.addAll(ids(generationConfig, "eos_token_id"));
    OptionalInt bos = named(names, "bos_token", vocabulary, config);
    OptionalInt eos = named(names, "eos_token", vocabulary, config);
    IntStream.concat(bos.stream(), configured.stream().mapToInt(Integer::intValue))
        .filter(id -> id >= vocabulary.size())
        .findFirst()
        .ifPresent(
            id -> {
              throw new IllegalArgumentException(
                  "bos_token_id or eos_token_id is %d; there are tokens 0 to %d"
                      .formatted(id, vocabulary.size() - 1));
            });
    return open(definition, vocabulary, bos, eos, configured);
  }

  /**
   * Opens the tokenizer inside a GGUF file.
   *
   * @param metadata the file's keys and values; arrays are lists or primitive arrays
   * @throws IllegalArgumentException if a key is missing or malformed, or the kind of tokenizer or
   *     pre-tokenizer is not known; the message names it
   */
  public static Tokenizer fromGguf(Map<String, Object> metadata) {
    GgufVocabulary gguf = new GgufVocabulary(metadata);
    TokenizerDefinition definition = TokenizerDefinition.of(GgufTokenizerJson.of(gguf));
    Set<Integer> configured = new TreeSet<>();
    for (String key : List.of("eot_token_id", "eom_token_id")) {
      gguf.tokenId(key).ifPresent(configured::add);
    }
    return open(
        definition,
        definition.vocabulary(),
        gguf.tokenId("bos_token_id"),
        gguf.tokenId("eos_token_id"),
        configured);
  }

  private static Tokenizer open(
      TokenizerDefinition definition,
      Vocabulary vocabulary,
      OptionalInt bos,
      OptionalInt eos,
      Set<Integer> configured) {
    Set<Integer> ends = new TreeSet<>(configured);
    eos.ifPresent(ends::add);
    List<AddedToken> added = definition.addedTokens();
    for (AddedToken token : added) {
      if (token.control() && END_OF_TURN.contains(token.content())) {
        ends.add(token.id());
      }
    }
    SpecialTokens special =
        new SpecialTokens(
            definition.surrounding(true),
            definition.surrounding(false),
            bos,
            bos.isPresent() ? vocabulary.name(bos.getAsInt()) : "",
            eos.isPresent() ? vocabulary.name(eos.getAsInt()) : "",
            Set.copyOf(ends));
    return new BindingTokenizer(
        vocabulary,
        new ControlTokenSplitter(added),
        special,
        definition.encoder(),
        definition.stripsLeadingSpace());
  }

  private static JsonNode read(Path file) {
    try {
      return JSON.readTree(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    } catch (JacksonException e) {
      throw new IllegalArgumentException(file + " is not JSON: " + e.getOriginalMessage(), e);
    }
  }

  /** The token a folder names {@code key}: by its text, else by its id in the configuration. */
  private static OptionalInt named(
      JsonNode names, String key, Vocabulary vocabulary, Map<String, Object> config) {
    JsonNode name = names.path(key);
    String text = name.isObject() ? name.path("content").asString("") : name.asString("");
    OptionalInt id = vocabulary.id(text);
    if (id.isPresent()) {
      return id;
    }
    List<Integer> configured = ids(config, key + "_id");
    return configured.isEmpty() ? OptionalInt.empty() : OptionalInt.of(configured.getFirst());
  }

  private static List<Integer> ids(Map<String, Object> config, String key) {
    @Nullable Object given = config.get(key);
    List<Integer> ids =
        switch (given) {
          case null -> List.of();
          case List<?> list -> list.stream().map(element -> id(key, element)).toList();
          default -> List.of(id(key, given));
        };
    // Some configurations write -1 for none.
    return ids.stream().filter(id -> id >= 0).toList();
  }

  private static Integer id(String key, Object given) {
    if (given instanceof Number number) {
      return number.intValue();
    }
    throw new IllegalArgumentException(key + " must be a token id or a list, is " + given);
  }
}
