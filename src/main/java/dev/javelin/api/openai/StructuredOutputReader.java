package dev.javelin.api.openai;

import dev.javelin.api.ApiException;
import dev.javelin.api.JsonFields;
import dev.javelin.engine.request.StructuredOutput;
import dev.javelin.service.SamplingOverrides;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Reads what an answer must look like: {@code response_format} as OpenAI has it, {@code
 * structured_outputs} and the older {@code guided_*} fields as vLLM has them. At most one of them.
 */
final class StructuredOutputReader {
  private static final int MAX_CHOICES = 10_000;

  private StructuredOutputReader() {}

  static SamplingOverrides.@Nullable Structured read(JsonFields body) {
    Map<String, StructuredOutput> found = new LinkedHashMap<>();
    JsonFields format = body.object("response_format");
    if (format != null) {
      put(found, "response_format", responseFormat(format));
    }
    JsonFields structured = body.object("structured_outputs");
    if (structured != null) {
      fields(structured, "", found);
      structured.end();
    }
    fields(body, "guided_", found);
    if (found.size() > 1) {
      throw ApiException.badField(
          List.copyOf(found.keySet()).get(1),
          "only one of %s may be given".formatted(String.join(", ", found.keySet())));
    }
    for (Map.Entry<String, StructuredOutput> only : found.entrySet()) {
      return new SamplingOverrides.Structured(only.getValue(), only.getKey());
    }
    return null;
  }

  private static void put(
      Map<String, StructuredOutput> found, String field, @Nullable StructuredOutput output) {
    if (output != null) {
      found.put(field, output);
    }
  }

  private static @Nullable StructuredOutput responseFormat(JsonFields format) {
    String type = format.requiredString("type");
    StructuredOutput output =
        switch (type) {
          case "text" -> null;
          case "json_object" -> new StructuredOutput.JsonObject();
          case "json_schema" -> jsonSchema(format);
          default ->
              throw ApiException.badField(
                  format.at("type"),
                  "'%s' must be text, json_object or json_schema".formatted(format.at("type")));
        };
    format.end();
    return output;
  }

  private static StructuredOutput jsonSchema(JsonFields format) {
    JsonFields named = format.object("json_schema");
    if (named == null) {
      throw format.missing("json_schema");
    }
    JsonNode schema = named.value("schema");
    if (schema == null) {
      throw named.missing("schema");
    }
    // A name and a description say nothing about the answer, and every schema is kept strictly.
    named.string("name");
    named.string("description");
    named.flag("strict", true);
    named.end();
    return schema(schema, named.at("schema"));
  }

  private static void fields(
      JsonFields fields, String prefix, Map<String, StructuredOutput> found) {
    JsonNode json = fields.value(prefix + "json");
    if (json != null) {
      put(found, fields.at(prefix + "json"), schema(json, fields.at(prefix + "json")));
    }
    String regex = fields.string(prefix + "regex");
    if (regex != null) {
      put(found, fields.at(prefix + "regex"), new StructuredOutput.Regex(regex));
    }
    List<JsonNode> choice = fields.array(prefix + "choice");
    if (choice != null) {
      put(found, fields.at(prefix + "choice"), choice(choice, fields.at(prefix + "choice")));
    }
    String grammar = fields.string(prefix + "grammar");
    if (grammar != null) {
      put(found, fields.at(prefix + "grammar"), new StructuredOutput.Gbnf(grammar));
    }
  }

  /** A schema is an object, true or false, or such JSON in a string. */
  private static StructuredOutput schema(JsonNode value, String field) {
    if (value.isString()) {
      return new StructuredOutput.JsonSchema(JsonFields.string(value, field));
    }
    if (!value.isObject() && !value.isBoolean()) {
      throw JsonFields.wrong(field, "a JSON schema", value);
    }
    return new StructuredOutput.JsonSchema(value.toString());
  }

  private static StructuredOutput choice(List<JsonNode> given, String field) {
    if (given.isEmpty() || given.size() > MAX_CHOICES) {
      throw ApiException.badField(
          field, "'%s' must hold 1 to %d strings".formatted(field, MAX_CHOICES));
    }
    List<String> options = new ArrayList<>();
    for (int i = 0; i < given.size(); i++) {
      options.add(JsonFields.string(given.get(i), "%s[%d]".formatted(field, i)));
    }
    return new StructuredOutput.Choice(options);
  }
}
