package dev.javelin.console;

import dev.javelin.service.Problem;
import dev.javelin.service.ProblemException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.util.MultiValueMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A profile's fields as a form, and back to the document that is stored. */
record ProfileForm(List<Group> groups) {
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

  /** Fields that belong together. */
  record Group(String heading, List<Field> fields) {}

  /**
   * @param value as the form has it; empty: not set
   * @param inherited what applies where it is not set
   * @param origin of {@code inherited}: {@code checkpoint}, {@code server} or {@code neutral}
   * @param theirs what somebody else stored meanwhile; null unless it is not {@code value}
   * @param heading of the group that begins with it, {@code group.<heading>}; null within a group
   */
  record Row(
      Field field,
      String value,
      String inherited,
      String origin,
      @Nullable String theirs,
      @Nullable String heading) {
    public boolean conflicts() {
      return theirs != null;
    }
  }

  static final ProfileForm LOAD =
      new ProfileForm(
          List.of(
              group(
                  "memory",
                  number("contextLength"),
                  number("maxSequences"),
                  field("kvDType", Kind.CHOICE),
                  number("kvCacheBytes"),
                  field("prefixCache", Kind.FLAG),
                  number("hostCacheBytes"),
                  number("blockSize")),
              group("steps", number("tokenBudget"), number("promptTokens"), number("threads")),
              group("queue", number("maxQueue"), number("maxQueuePerTenant"))));

  static final ProfileForm DECODING =
      new ProfileForm(
          List.of(
              group(
                  "draw",
                  sampling("temperature"),
                  sampling("top_p"),
                  sampling("top_k"),
                  sampling("min_p"),
                  sampling("typical_p"),
                  sampling("top_n_sigma"),
                  sampling("epsilon_cutoff"),
                  sampling("xtc_probability"),
                  sampling("xtc_threshold"),
                  sampling("mirostat"),
                  sampling("mirostat_tau"),
                  sampling("mirostat_eta"),
                  sampling("seed")),
              group(
                  "repetition",
                  sampling("repetition_penalty"),
                  sampling("frequency_penalty"),
                  sampling("presence_penalty"),
                  sampling("dry_multiplier"),
                  sampling("dry_base"),
                  sampling("dry_allowed_length"),
                  sampling("dry_penalty_last_n"),
                  field("sampling.dry_sequence_breakers", Kind.LINES)),
              group(
                  "end",
                  sampling("max_tokens"),
                  sampling("min_tokens"),
                  number("maxTokensCap"),
                  flag("ignore_eos"),
                  flag("include_stop_str_in_output"),
                  field("sampling.stop", Kind.LINES),
                  field("sampling.stop_token_ids", Kind.JSON)),
              group(
                  "tokens",
                  flag("skip_special_tokens"),
                  field("sampling.bad_words", Kind.LINES),
                  field("sampling.allowed_token_ids", Kind.JSON),
                  field("sampling.logit_bias", Kind.JSON)),
              group(
                  "prompt",
                  field("systemPrompt", Kind.TEXT),
                  field("chatTemplate", Kind.TEXT),
                  field("chatTemplateKwargs", Kind.JSON),
                  field("allowedFields", Kind.LINES))));

  private static final JsonMapper MAPPER = JsonMapper.shared();

  private static Group group(String heading, Field... fields) {
    return new Group(heading, List.of(fields));
  }

  private static Field number(String path) {
    return field(path, Kind.NUMBER);
  }

  private static Field sampling(String name) {
    return field("sampling." + name, Kind.NUMBER);
  }

  private static Field flag(String name) {
    return field("sampling." + name, Kind.FLAG);
  }

  private static Field field(String path, Kind kind) {
    String usual =
        path.startsWith("sampling.")
            ? NeutralValues.SAMPLING.get(path.substring("sampling.".length()))
            : NeutralValues.LOADING.get(path);
    return new Field(path, kind, usual == null ? "" : usual);
  }

  /** What a form says under a name, without blanks around it; empty if nothing. */
  static String text(MultiValueMap<String, String> form, String name) {
    String value = form.getFirst(name);
    return value == null ? "" : value.strip();
  }

  /**
   * The settings that a filled-in form stands for; an empty field is not set.
   *
   * @param reader of the stored document
   * @throws ProblemException INVALID_REQUEST naming the field that cannot be read
   */
  <S> S settings(MultiValueMap<String, String> form, Function<String, S> reader) {
    ObjectNode document = MAPPER.createObjectNode();
    for (Field field : groups.stream().flatMap(group -> group.fields().stream()).toList()) {
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
    try {
      return reader.apply(MAPPER.writeValueAsString(document));
    } catch (DatabindException e) {
      String pointer =
          e.getPath().stream()
              .map(
                  at -> "/" + (at.getPropertyName() == null ? at.getIndex() : at.getPropertyName()))
              .collect(Collectors.joining());
      throw new ProblemException(
          Problem.ofField(
                  pointer,
                  "%s cannot be '%s': %s"
                      .formatted(
                          pointer.substring(pointer.lastIndexOf('/') + 1),
                          document.at(pointer).asString(""),
                          e.getOriginalMessage()))
              .said("unreadable", document.at(pointer).asString("")));
    }
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
                      "%s is '%s', which cannot be read".formatted(field.label(), text.strip()))
                  .said("unreadable", text.strip()));
        }
      }
    };
  }

  /** The text with which the form shows a field of a document. */
  private static String text(Field field, JsonNode document) {
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
   * @param mine a form that somebody is about to store, as they filled it in; null: the stored one
   * @param inherited values by the fields' labels, with {@code origin}
   */
  List<Row> rows(
      JsonNode stored,
      @Nullable MultiValueMap<String, String> mine,
      Map<String, String> inherited,
      String origin) {
    List<Row> rows = new ArrayList<>();
    for (Group group : groups) {
      @Nullable String heading = group.heading();
      for (Field field : group.fields()) {
        String theirs = text(field, stored);
        String value = mine == null ? theirs : text(mine, field.path());
        String known = inherited.get(field.label());
        rows.add(
            new Row(
                field,
                value,
                known == null ? field.usual() : known,
                known == null ? "neutral" : origin,
                mine != null && !theirs.equals(value) ? theirs : null,
                heading));
        heading = null;
      }
    }
    return rows;
  }
}
