package dev.javelin.tokenizer;

import dev.javelin.tokenizer.Vocabulary.AddedToken;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A tokenizer.json taken apart: what Javelin does itself (control tokens, what surrounds a text,
 * decoding) and the rest for the native library. See the <a
 * href="https://huggingface.co/docs/tokenizers">tokenizers documentation</a>.
 */
final class TokenizerDefinition {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final ObjectNode root;
  private final List<AddedToken> added = new ArrayList<>();
  private final Map<String, Integer> modelTokens = new HashMap<>();

  private TokenizerDefinition(ObjectNode root) {
    this.root = root;
    readAddedTokens();
    readModelTokens();
  }

  /**
   * @throws IllegalArgumentException if it is not a tokenizer's definition
   */
  static TokenizerDefinition of(JsonNode json) {
    if (!(json instanceof ObjectNode root) || !json.path("model").isObject()) {
      throw new IllegalArgumentException("a tokenizer.json must be an object with a \"model\"");
    }
    return new TokenizerDefinition(root.deepCopy());
  }

  private void readAddedTokens() {
    for (JsonNode token : root.path("added_tokens")) {
      added.add(
          new AddedToken(
              tokenId(token.path("content").asString(""), token.path("id")),
              token.path("content").asString(""),
              token.path("special").asBoolean(false),
              token.path("lstrip").asBoolean(false),
              token.path("rstrip").asBoolean(false)));
    }
  }

  private void readModelTokens() {
    JsonNode vocab = root.path("model").path("vocab");
    if (vocab.isObject()) {
      for (Map.Entry<String, JsonNode> entry : vocab.properties()) {
        modelTokens.put(entry.getKey(), tokenId(entry.getKey(), entry.getValue()));
      }
    } else if (vocab.isArray()) {
      for (int id = 0; id < vocab.size(); id++) {
        modelTokens.put(vocab.path(id).path(0).asString(""), id);
      }
    } else {
      throw new IllegalArgumentException("the tokenizer's \"model\" has no \"vocab\"");
    }
  }

  /** Ids index arrays here, so a wild one must not decide how large they are. */
  private int tokenId(String token, JsonNode id) {
    if (!id.isInt() || id.intValue() < 0 || id.intValue() > 16_777_216) {
      throw new IllegalArgumentException(
          "token \"" + token + "\" has the id " + id + "; allowed are 0 to 16777216");
    }
    return id.intValue();
  }

  List<AddedToken> addedTokens() {
    return added;
  }

  Vocabulary vocabulary() {
    return new Vocabulary(modelTokens, added, alphabet());
  }

  private TokenAlphabet alphabet() {
    String type = root.path("model").path("type").asString("");
    if (type.equals("WordPiece")) {
      return TokenAlphabet.WORD_PIECE;
    }
    if (has(root.path("decoder"), "ByteLevel") || has(root.path("pre_tokenizer"), "ByteLevel")) {
      return TokenAlphabet.BYTE_LEVEL;
    }
    if (type.equals("Unigram") || type.equals("BPE")) {
      return TokenAlphabet.SENTENCE_PIECE;
    }
    throw new IllegalArgumentException(
        "the tokenizer's model type \"" + type + "\" is not known; BPE, Unigram, WordPiece are");
  }

  /** Whether decoding takes away the space that encoding put before the text. */
  boolean stripsLeadingSpace() {
    return switch (alphabet()) {
      case BYTE_LEVEL -> false;
      case WORD_PIECE -> true;
      case SENTENCE_PIECE -> {
        boolean strips = false;
        for (JsonNode step : steps(root.path("decoder"))) {
          strips |= isType(step, "Strip") && step.path("start").asInt(0) > 0;
          strips |=
              isType(step, "Metaspace")
                  && !step.path("prepend_scheme").asString("always").equals("never")
                  && step.path("add_prefix_space").asBoolean(true);
        }
        yield strips;
      }
    };
  }

  /** Ids that the post-processor puts before (true) or after (false) a single text. */
  int[] surrounding(boolean before) {
    IntSequence ids = new IntSequence(2);
    for (JsonNode processor : steps(root.path("post_processor"))) {
      if (isType(processor, "TemplateProcessing")) {
        boolean inFront = true;
        for (JsonNode part : processor.path("single")) {
          if (part.has("Sequence")) {
            inFront = false;
          } else if (inFront == before) {
            String name = part.path("SpecialToken").path("id").asString("");
            for (JsonNode id : processor.path("special_tokens").path(name).path("ids")) {
              ids.add(tokenId(name, id));
            }
          }
        }
      } else if (isType(processor, "BertProcessing") || isType(processor, "RobertaProcessing")) {
        JsonNode pair = processor.path(before ? "cls" : "sep");
        ids.add(tokenId(pair.path(0).asString(""), pair.path(1)));
      }
    }
    return ids.toArray();
  }

  /** The encoder of plain text. */
  NativeEncoder encoder() {
    ObjectNode plain = withoutControlTokens();
    byte[] json = JSON.writeValueAsBytes(plain);
    boolean onlyFirst = false;
    for (JsonNode step : steps(plain.path("pre_tokenizer"))) {
      if (isType(step, "Metaspace") && step.path("prepend_scheme").asString("").equals("first")) {
        ((ObjectNode) step).put("prepend_scheme", "never");
        onlyFirst = true;
      }
    }
    return new NativeEncoder(json, onlyFirst ? JSON.writeValueAsBytes(plain) : null);
  }

  private ObjectNode withoutControlTokens() {
    Set<String> control = new HashSet<>();
    ArrayNode kept = JSON.createArrayNode();
    for (JsonNode token : root.path("added_tokens")) {
      if (token.path("special").asBoolean(false)) {
        control.add(token.path("content").asString(""));
      } else {
        kept.add(token);
      }
    }
    ObjectNode plain = root.deepCopy();
    plain.set("added_tokens", kept);
    plain.putNull("post_processor");
    plain.putNull("decoder");
    plain.putNull("truncation");
    plain.putNull("padding");
    ObjectNode model = (ObjectNode) plain.path("model");
    if (model.path("vocab") instanceof ObjectNode vocab) {
      String unknown = model.path("unk_token").asString("");
      for (String token : control) {
        if (!token.equals(unknown)) {
          vocab.remove(token);
        }
      }
      // the library numbers added tokens itself unless the model knows them
      for (AddedToken token : added) {
        if (!token.control()) {
          vocab.put(token.content(), token.id());
        }
      }
      dropMergesOf(control, model);
    } else if (model.path("vocab") instanceof ArrayNode vocab) {
      hideInUnigram(control, vocab);
    }
    return plain;
  }

  private static void dropMergesOf(Set<String> control, ObjectNode model) {
    if (!(model.path("merges") instanceof ArrayNode merges)) {
      return;
    }
    ArrayNode kept = JSON.createArrayNode();
    for (JsonNode merge : merges) {
      String left;
      String right;
      if (merge.isArray()) {
        left = merge.path(0).asString("");
        right = merge.path(1).asString("");
      } else {
        String both = merge.asString("");
        int space = both.indexOf(' ', 1);
        left = space < 0 ? both : both.substring(0, space);
        right = space < 0 ? "" : both.substring(space + 1);
      }
      if (!control.contains(left) && !control.contains(right) && !control.contains(left + right)) {
        kept.add(merge);
      }
    }
    model.set("merges", kept);
  }

  /** A Unigram vocabulary is numbered by place; a name with a space can never be spelled. */
  private void hideInUnigram(Set<String> control, ArrayNode vocab) {
    for (int id = 0; id < vocab.size(); id++) {
      if (control.contains(vocab.path(id).path(0).asString(""))) {
        vocab.set(id, unreachable(id));
      }
    }
    for (AddedToken token : added) {
      if (!token.control()) {
        while (vocab.size() <= token.id()) {
          vocab.add(unreachable(vocab.size()));
        }
        vocab.set(token.id(), JSON.createArrayNode().add(token.content()).add(0.0));
      }
    }
  }

  private static ArrayNode unreachable(int id) {
    return JSON.createArrayNode().add("no text " + id).add(-1e6);
  }

  private static boolean has(JsonNode component, String type) {
    for (JsonNode step : steps(component)) {
      if (isType(step, type)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isType(JsonNode step, String type) {
    return step.path("type").asString("").equals(type);
  }

  /** A component's parts in order, sequences unfolded. */
  private static List<JsonNode> steps(@Nullable JsonNode component) {
    List<JsonNode> steps = new ArrayList<>();
    if (component == null || !component.isObject()) {
      return steps;
    }
    if (!isType(component, "Sequence")) {
      steps.add(component);
      return steps;
    }
    for (String list : List.of("pretokenizers", "decoders", "processors", "normalizers")) {
      for (JsonNode part : component.path(list)) {
        steps.addAll(steps(part));
      }
    }
    return steps;
  }
}
