package dev.javelin.tokenizer;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What {@code tokenizer.ggml.pre} names: how text is cut before byte-level BPE. GGUF carries the
 * name only; the patterns are those of the models' own tokenizer.json files and of llama.cpp.
 */
final class PreTokenizers {
  /**
   * @param digitsApart every digit stands alone before anything else is cut
   * @param splits regular expressions applied in turn; each match becomes a piece
   * @param gpt2 whether GPT-2's own pattern follows
   * @param ignoreMerges a piece that is a token as a whole is not merged from parts
   * @param addBos what holds where the file has no add_bos_token
   */
  record PreTokenizer(
      boolean digitsApart,
      List<String> splits,
      boolean gpt2,
      boolean ignoreMerges,
      boolean addBos) {
    ObjectNode json(JsonMapper json) {
      ObjectNode sequence = json.createObjectNode().put("type", "Sequence");
      ArrayNode steps = sequence.putArray("pretokenizers");
      if (digitsApart) {
        steps.addObject().put("type", "Digits").put("individual_digits", true);
      }
      for (String split : splits) {
        ObjectNode step = steps.addObject().put("type", "Split");
        step.putObject("pattern").put("Regex", split);
        step.put("behavior", "Isolated").put("invert", false);
      }
      steps
          .addObject()
          .put("type", "ByteLevel")
          .put("add_prefix_space", false)
          .put("trim_offsets", true)
          .put("use_regex", gpt2);
      return sequence;
    }
  }

  private static final String CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
  private static final String LINES_AND_SPACES = "\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  private static final String UPPER = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
  private static final String LOWER = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";

  private static final PreTokenizer GPT2 = new PreTokenizer(false, List.of(), true, false, false);
  private static final PreTokenizer DIGITS_GPT2 =
      new PreTokenizer(true, List.of(), true, false, false);
  private static final Map<String, PreTokenizer> BY_NAME = byName();

  private PreTokenizers() {}

  /**
   * @throws IllegalArgumentException for a name that is not known
   */
  static PreTokenizer named(String pre) {
    PreTokenizer found = BY_NAME.get(pre);
    if (found == null) {
      throw new IllegalArgumentException(
          "tokenizer.ggml.pre \"" + pre + "\" is not known; known are " + BY_NAME.keySet());
    }
    return found;
  }

  /** Every name that is known, sorted. */
  static Set<String> names() {
    return BY_NAME.keySet();
  }

  private static Map<String, PreTokenizer> byName() {
    Map<String, PreTokenizer> map = new TreeMap<>();
    put(map, GPT2, "default", "gpt-2", "gpt2", "phi-2", "mpt", "olmo", "jais");
    put(map, GPT2, "jina-es", "jina-de", "jina-v2-es", "jina-v2-de", "gigachat", "mellum");
    put(map, DIGITS_GPT2, "smollm", "starcoder", "refact", "command-r", "codeshell");
    put(map, DIGITS_GPT2, "exaone", "minerva-7b");
    PreTokenizer llama3 = split(words("\\p{L}", "\\p{N}{1,3}"), true, true);
    put(map, llama3, "llama-bpe", "llama3", "llama-v3", "falcon3", "falcon-h1", "lfm2");
    put(
        map,
        split(words("\\p{L}", "\\p{N}{1,3}"), false, false),
        "dbrx",
        "smaug-bpe",
        "chatglm-bpe",
        "glm4");
    PreTokenizer qwen2 = split(words("\\p{L}", "\\p{N}"), false, false);
    put(map, qwen2, "qwen2", "deepseek-r1-qwen", "stablelm2", "megrez");
    put(map, split(words("\\p{L}\\p{M}", "\\p{N}"), false, false), "qwen35");
    put(map, split(cased(CONTRACTIONS + "?", "\\p{N}{1,3}"), false, false), "gpt-4o", "llama4");
    put(map, split(cased("", "\\p{N}"), true, false), "tekken");
    put(map, deepseekCoder(), "deepseek-coder");
    put(map, deepseekV3(), "deepseek-v3");
    return map;
  }

  private static void put(Map<String, PreTokenizer> map, PreTokenizer kind, String... names) {
    for (String name : names) {
      map.put(name, kind);
    }
  }

  private static PreTokenizer split(String pattern, boolean ignoreMerges, boolean addBos) {
    return new PreTokenizer(false, List.of(pattern), false, ignoreMerges, addBos);
  }

  /**
   * @param letters the categories words are made of
   * @param numbers how far digits stay together
   */
  private static String words(String letters, String numbers) {
    return (CONTRACTIONS + "|[^\\r\\n\\p{L}\\p{N}]?[" + letters + "]+|" + numbers)
        + ("| ?[^\\s" + letters + "\\p{N}]+[\\r\\n]*|" + LINES_AND_SPACES);
  }

  /** Words cut where upper case begins again, as the o200k vocabulary does. */
  private static String cased(String ending, String numbers) {
    String start = "[^\\r\\n\\p{L}\\p{N}]?";
    return (start + UPPER + "*" + LOWER + "+" + ending + "|")
        + (start + UPPER + "+" + LOWER + "*" + ending + "|")
        + (numbers + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|" + LINES_AND_SPACES);
  }

  private static PreTokenizer deepseekCoder() {
    return new PreTokenizer(
        false,
        List.of(
            "[\\r\\n]",
            "\\s?\\p{L}+",
            "\\s?\\p{P}+",
            "[\u4E00-\u9FA5\u0800-\u4E00\uAC00-\uD7FF]+",
            "\\p{N}"),
        false,
        false,
        false);
  }

  private static PreTokenizer deepseekV3() {
    String ascii = "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+";
    return new PreTokenizer(
        false,
        List.of(
            "\\p{N}{1,3}",
            "[\u4E00-\u9FA5\u3040-\u309F\u30A0-\u30FF]+",
            ascii
                + "|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|"
                + LINES_AND_SPACES),
        false,
        false,
        false);
  }
}
