package dev.javelin.tokenizer;

import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Writes a GGUF file's tokenizer as the tokenizer.json that treats text as llama.cpp does. */
final class GgufTokenizerJson {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String WORD_MARK = "\u2581";

  private final GgufVocabulary gguf;
  private final ObjectNode root = JSON.createObjectNode();

  private GgufTokenizerJson(GgufVocabulary gguf) {
    this.gguf = gguf;
  }

  /**
   * @throws IllegalArgumentException if the kind of tokenizer is not known or a key is missing
   */
  static ObjectNode of(GgufVocabulary gguf) {
    GgufTokenizerJson writer = new GgufTokenizerJson(gguf);
    String model = gguf.string("model");
    switch (model == null ? "" : model) {
      case "gpt2" -> writer.byteLevelBpe();
      case "llama" -> writer.sentencePieceBpe();
      case "t5" -> writer.unigram();
      case "bert" -> writer.wordPiece();
      default ->
          throw new IllegalArgumentException(
              "tokenizer.ggml.model \"" + model + "\" is not known; gpt2, llama, t5, bert are");
    }
    return writer.root;
  }

  private void byteLevelBpe() {
    String pre = gguf.string("pre");
    PreTokenizers.PreTokenizer kind = PreTokenizers.named(pre == null ? "default" : pre);
    addedTokens();
    root.putNull("normalizer");
    root.set("pre_tokenizer", kind.json(JSON));
    root.putObject("decoder").put("type", "ByteLevel");
    surround(kind.addBos(), false);
    ObjectNode model = root.putObject("model").put("type", "BPE");
    model.put("ignore_merges", kind.ignoreMerges());
    vocabularyByName(model);
    ArrayNode merges = model.putArray("merges");
    List<String> given = gguf.strings("merges");
    if (given.isEmpty()) {
      throw new IllegalArgumentException(
          "the file has no tokenizer.ggml.merges; its text would be taken apart wrongly");
    }
    for (String merge : given) {
      // a byte-level token never holds a space, but a merge may begin with the character itself
      int space = merge.indexOf(' ', 1);
      if (space < 0) {
        throw new IllegalArgumentException("the merge \"" + merge + "\" names no two tokens");
      }
      merges.addArray().add(merge.substring(0, space)).add(merge.substring(space + 1));
    }
  }

  private void sentencePieceBpe() {
    addedTokens();
    boolean spaceFirst = gguf.flag("add_space_prefix", true);
    ObjectNode normalizer = root.putObject("normalizer").put("type", "Sequence");
    ArrayNode steps = normalizer.putArray("normalizers");
    if (spaceFirst) {
      steps.addObject().put("type", "Prepend").put("prepend", WORD_MARK);
    }
    replace(steps.addObject(), " ", WORD_MARK);
    root.putNull("pre_tokenizer");
    sentencePieceDecoder(spaceFirst);
    surround(true, false);
    ObjectNode model = root.putObject("model").put("type", "BPE");
    model.put("byte_fallback", true).put("fuse_unk", true);
    unknownToken(model);
    vocabularyByName(model);
    mergesOfScores(model.putArray("merges"));
  }

  private void sentencePieceDecoder(boolean spaceFirst) {
    ArrayNode steps = root.putObject("decoder").put("type", "Sequence").putArray("decoders");
    replace(steps.addObject(), WORD_MARK, " ");
    steps.addObject().put("type", "ByteFallback");
    steps.addObject().put("type", "Fuse");
    if (spaceFirst) {
      steps.addObject().put("type", "Strip").put("content", " ").put("start", 1).put("stop", 0);
    }
  }

  private static void replace(ObjectNode step, String from, String to) {
    step.put("type", "Replace").putObject("pattern").put("String", from);
    step.put("content", to);
  }

  private void unknownToken(ObjectNode model) {
    OptionalInt unknown = gguf.tokenId("unknown_token_id");
    if (unknown.isPresent()) {
      model.put("unk_token", gguf.tokens().get(unknown.getAsInt()));
    }
  }

  /**
   * SentencePiece joins the neighbours whose union scores highest, so every way of cutting a token
   * into two tokens is a merge, ranked by the score of the whole.
   */
  private void mergesOfScores(ArrayNode merges) {
    record Merge(String left, String right, float score, int leftId, int rightId) {}

    List<String> tokens = gguf.tokens();
    Map<String, Integer> ids = new HashMap<>();
    for (int id = 0; id < tokens.size(); id++) {
      if (!gguf.isControl(id)) {
        ids.put(tokens.get(id), id);
      }
    }
    List<Merge> found = new ArrayList<>();
    for (Map.Entry<String, Integer> entry : ids.entrySet()) {
      String token = entry.getKey();
      for (int cut = 1; cut < token.length(); cut++) {
        Integer left = ids.get(token.substring(0, cut));
        Integer right = ids.get(token.substring(cut));
        if (left != null && right != null) {
          found.add(
              new Merge(
                  token.substring(0, cut),
                  token.substring(cut),
                  gguf.score(entry.getValue()),
                  left,
                  right));
        }
      }
    }
    found.sort(
        Comparator.comparingDouble((Merge merge) -> -merge.score())
            .thenComparingInt(Merge::leftId)
            .thenComparingInt(Merge::rightId));
    for (Merge merge : found) {
      merges.addArray().add(merge.left()).add(merge.right());
    }
  }

  private void unigram() {
    addedTokens();
    ArrayNode normalizers =
        root.putObject("normalizer").put("type", "Sequence").putArray("normalizers");
    byte[] charsmap = gguf.bytes("precompiled_charsmap");
    if (charsmap != null && charsmap.length > 0) {
      normalizers
          .addObject()
          .put("type", "Precompiled")
          .put("precompiled_charsmap", Base64.getEncoder().encodeToString(charsmap));
    }
    if (gguf.flag("remove_extra_whitespaces", false)) {
      normalizers.addObject().put("type", "Strip").put("strip_left", true).put("strip_right", true);
      ObjectNode squeeze = normalizers.addObject().put("type", "Replace");
      squeeze.putObject("pattern").put("Regex", " {2,}");
      squeeze.put("content", " ");
    }
    String scheme = gguf.flag("add_space_prefix", true) ? "always" : "never";
    metaspace(root.putObject("pre_tokenizer"), scheme);
    metaspace(root.putObject("decoder"), scheme);
    surround(false, true);
    ObjectNode model = root.putObject("model").put("type", "Unigram");
    gguf.tokenId("unknown_token_id").ifPresent(id -> model.put("unk_id", id));
    model.put("byte_fallback", false);
    ArrayNode vocabulary = model.putArray("vocab");
    for (int id = 0; id < gguf.tokens().size(); id++) {
      vocabulary.addArray().add(gguf.tokens().get(id)).add((double) gguf.score(id));
    }
  }

  private static void metaspace(ObjectNode step, String scheme) {
    step.put("type", "Metaspace").put("replacement", WORD_MARK).put("prepend_scheme", scheme);
    step.put("split", true);
  }

  private void wordPiece() {
    addedTokens();
    root.putObject("normalizer")
        .put("type", "BertNormalizer")
        .put("clean_text", true)
        .put("handle_chinese_chars", true)
        .putNull("strip_accents")
        .put("lowercase", true);
    root.putObject("pre_tokenizer").put("type", "BertPreTokenizer");
    root.putObject("decoder").put("type", "WordPiece").put("prefix", "##").put("cleanup", true);
    surround(true, true);
    ObjectNode model = root.putObject("model").put("type", "WordPiece");
    unknownToken(model);
    if (!model.has("unk_token")) {
      model.put("unk_token", "[UNK]");
    }
    model.put("continuing_subword_prefix", "##").put("max_input_chars_per_word", 100);
    ObjectNode vocabulary = model.putObject("vocab");
    for (int id = 0; id < gguf.tokens().size(); id++) {
      String token = gguf.tokens().get(id);
      // GGUF marks the beginning of a word where WordPiece marks what goes on
      boolean named = gguf.isControl(id) || (token.startsWith("[") && token.endsWith("]"));
      boolean begins = token.startsWith(WORD_MARK);
      vocabulary.put(named ? token : begins ? token.substring(1) : "##" + token, id);
    }
  }

  private void vocabularyByName(ObjectNode model) {
    ObjectNode vocabulary = model.putObject("vocab");
    for (int id = 0; id < gguf.tokens().size(); id++) {
      vocabulary.put(gguf.tokens().get(id), id);
    }
  }

  private void addedTokens() {
    ArrayNode added = root.putArray("added_tokens");
    for (int id = 0; id < gguf.tokens().size(); id++) {
      if (gguf.isControl(id) || gguf.type(id) == GgufVocabulary.USER_DEFINED) {
        added
            .addObject()
            .put("id", id)
            .put("content", gguf.tokens().get(id))
            .put("single_word", false)
            .put("lstrip", false)
            .put("rstrip", false)
            .put("normalized", false)
            .put("special", gguf.isControl(id));
      }
    }
  }

  /** BOS and EOS around a text, where the file or else its kind asks for them. */
  private void surround(boolean bosIfAbsent, boolean eosIfAbsent) {
    String bos = tokenAround("add_bos_token", bosIfAbsent, "bos_token_id", "cls_token_id");
    String eos = tokenAround("add_eos_token", eosIfAbsent, "eos_token_id", "seperator_token_id");
    if (bos == null && eos == null) {
      return;
    }
    ObjectNode processor = root.putObject("post_processor").put("type", "TemplateProcessing");
    ArrayNode single = processor.putArray("single");
    ArrayNode pair = processor.putArray("pair");
    ObjectNode special = processor.putObject("special_tokens");
    part(bos, single, special);
    single.addObject().putObject("Sequence").put("id", "A").put("type_id", 0);
    part(eos, single, special);
    pair.addAll(single);
  }

  private void part(@Nullable String token, ArrayNode single, ObjectNode special) {
    if (token == null) {
      return;
    }
    single.addObject().putObject("SpecialToken").put("id", token).put("type_id", 0);
    ObjectNode entry = special.putObject(token).put("id", token);
    entry.putArray("ids").add(gguf.tokens().indexOf(token));
    entry.putArray("tokens").add(token);
  }

  private @Nullable String tokenAround(String flag, boolean ifAbsent, String key, String bertKey) {
    OptionalInt id = gguf.tokenId(key);
    if ("bert".equals(gguf.string("model"))) {
      OptionalInt bertId = gguf.tokenId(bertKey);
      id = bertId.isPresent() ? bertId : id;
    }
    return gguf.flag(flag, ifAbsent) && id.isPresent() ? gguf.tokens().get(id.getAsInt()) : null;
  }
}
