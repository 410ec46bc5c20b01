package dev.javelin.console;

import dev.javelin.service.Problem;
import dev.javelin.service.ProblemException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.util.MultiValueMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A profile's fields as a form, and back to the document that is stored. */
record ProfileForm(List<Field> fields) {
  /** How a field is written in the form. */
  enum Kind {
    NUMBER,
    FLAG,
    CHOICE,
    TEXT,
    /** Texts, one a line. */
    LINES,
    JSON
  }

  /**
   * @param path in the document, parts separated by a dot
   * @param usual what it is where nobody says; empty if that is nothing
   */
  record Field(String path, Kind kind, String usual) {
    public String label() {
      return path.substring(path.indexOf('.') + 1);
    }

    public boolean wide() {
      return kind == Kind.TEXT || kind == Kind.LINES || kind == Kind.JSON;
    }
  }

  /**
   * @param value as the form has it; empty: not set
   * @param inherited what applies where it is not set
   * @param origin of {@code inherited}: {@code checkpoint}, {@code server} or {@code neutral}
   * @param theirs what somebody else stored meanwhile; null unless it is not {@code value}
   */
  record Row(Field field, String value, String inherited, String origin, @Nullable String theirs) {
    public boolean conflicts() {
      return theirs != null;
    }
  }

  static final ProfileForm LOAD =
      new ProfileForm(
          List.of(
              number("contextLength", ""),
              number("maxSequences", "32"),
              new Field("kvDType", Kind.CHOICE, ""),
              number("kvCacheBytes", ""),
              number("tokenBudget", ""),
              number("promptTokens", ""),
              number("blockSize", ""),
              number("threads", ""),
              number("maxQueue", "256"),
              number("maxQueuePerTenant", ""),
              new Field("prefixCache", Kind.FLAG, "true"),
              number("hostCacheBytes", "0")));

  static final ProfileForm DECODING =
      new ProfileForm(
          List.of(
              sampling("temperature", "1"),
              sampling("top_p", "1"),
              sampling("top_k", "0"),
              sampling("min_p", "0"),
              sampling("typical_p", "1"),
              sampling("top_n_sigma", "0"),
              sampling("epsilon_cutoff", "0"),
              sampling("xtc_probability", "0"),
              sampling("xtc_threshold", "0.1"),
              sampling("repetition_penalty", "1"),
              sampling("frequency_penalty", "0"),
              sampling("presence_penalty", "0"),
              sampling("dry_multiplier", "0"),
              sampling("dry_base", "1.75"),
              sampling("dry_allowed_length", "2"),
              sampling("dry_penalty_last_n", "-1"),
              sampling("mirostat", "0"),
              sampling("mirostat_tau", "5"),
              sampling("mirostat_eta", "0.1"),
              sampling("seed", ""),
              sampling("max_tokens", ""),
              sampling("min_tokens", "0"),
              number("maxTokensCap", ""),
              flag("ignore_eos", "false"),
              flag("include_stop_str_in_output", "false"),
              flag("skip_special_tokens", "true"),
              new Field("sampling.stop", Kind.LINES, ""),
              new Field("sampling.bad_words", Kind.LINES, ""),
              new Field("sampling.dry_sequence_breakers", Kind.LINES, ""),
              new Field("sampling.stop_token_ids", Kind.JSON, ""),
              new Field("sampling.allowed_token_ids", Kind.JSON, ""),
              new Field("sampling.logit_bias", Kind.JSON, ""),
              new Field("allowedFields", Kind.LINES, ""),
              new Field("systemPrompt", Kind.TEXT, ""),
              new Field("chatTemplate", Kind.TEXT, ""),
              new Field("chatTemplateKwargs", Kind.JSON, "")));

  private static final JsonMapper MAPPER = JsonMapper.shared();

  private static Field number(String path, String usual) {
    return new Field(path, Kind.NUMBER, usual);
  }

  private static Field sampling(String name, String usual) {
    return new Field("sampling." + name, Kind.NUMBER, usual);
  }

  private static Field flag(String name, String usual) {
    return new Field("sampling." + name, Kind.FLAG, usual);
  }

  /**
   * The document that a filled-in form stands for; empty fields are not in it.
   *
   * @throws ProblemException INVALID_REQUEST naming the field that cannot be read
   */
  String document(MultiValueMap<String, String> form) {
    ObjectNode document = MAPPER.createObjectNode();
    for (Field field : fields) {
      String text = form.getFirst(field.path());
      if (text == null || text.isBlank()) {
        continue;
      }
      ObjectNode owner = document;
      int dot = field.path().indexOf('.');
      if (dot > 0) {
        owner = document.withObject("/" + field.path().substring(0, dot));
      }
      owner.set(field.label(), read(field, text));
    }
    return MAPPER.writeValueAsString(document);
  }

  private static JsonNode read(Field field, String text) {
    return switch (field.kind()) {
      case TEXT, CHOICE -> MAPPER.valueToTree(text.strip());
      case LINES -> {
        ArrayNode lines = MAPPER.createArrayNode();
        text.lines().filter(line -> !line.isEmpty()).forEach(lines::add);
        yield lines;
      }
      case NUMBER, FLAG, JSON -> {
        try {
          yield MAPPER.readTree(text.strip());
        } catch (JacksonException e) {
          throw new ProblemException(
              Problem.ofField(
                  "/" + field.path().replace('.', '/'),
                  "%s is '%s', which cannot be read".formatted(field.label(), text.strip())));
        }
      }
    };
  }

  /** The texts with which the form shows a document, by the fields' paths. */
  String text(Field field, JsonNode document) {
    JsonNode value = document.at("/" + field.path().replace('.', '/'));
    if (value.isMissingNode() || value.isNull()) {
      return "";
    }
    if (field.kind() == Kind.LINES) {
      List<String> lines = new ArrayList<>();
      value.forEach(line -> lines.add(line.asString()));
      return String.join("\n", lines);
    }
    return value.isValueNode() ? value.asString() : value.toString();
  }

  /**
   * @param stored the document as it is stored
   * @param mine the document that somebody is about to store; null: the stored one
   * @param inherited values by the fields' labels, with {@code origin}
   */
  List<Row> rows(
      JsonNode stored, @Nullable JsonNode mine, Map<String, String> inherited, String origin) {
    List<Row> rows = new ArrayList<>();
    for (Field field : fields) {
      String value = text(field, mine == null ? stored : mine);
      String theirs = text(field, stored);
      String known = inherited.get(field.label());
      rows.add(
          new Row(
              field,
              value,
              known == null ? field.usual() : known,
              known == null ? "neutral" : origin,
              mine != null && !theirs.equals(value) ? theirs : null));
    }
    return rows;
  }
}
