package dev.javelin.service;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.springframework.stereotype.Component;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Profiles as the JSON objects they are stored as. */
@Component
public final class ProfileDocuments {
  private final JsonMapper mapper =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  public String write(Object settings) {
    return mapper.writeValueAsString(settings);
  }

  public LoadSettings load(String settings) {
    return mapper.readValue(settings, LoadSettings.class);
  }

  public DecodingSettings decoding(String settings) {
    return mapper.readValue(settings, DecodingSettings.class);
  }

  <T> T read(String json, Class<T> type) {
    return mapper.readValue(json, type);
  }

  public JsonNode tree(String json) {
    return mapper.readTree(json);
  }

  /** The fields of {@code upper}, and those of {@code lower} where it is silent. */
  SamplingOverrides merge(SamplingOverrides upper, SamplingOverrides lower) {
    ObjectNode merged = mapper.valueToTree(lower);
    merged.setAll(mapper.<ObjectNode>valueToTree(upper));
    return mapper.treeToValue(merged, SamplingOverrides.class);
  }

  /** The request's names of the fields that are set. */
  Set<String> fields(SamplingOverrides sampling) {
    return new TreeSet<>(mapper.<ObjectNode>valueToTree(sampling).propertyNames());
  }

  /** The first of {@code names} that is no sampling field, with those there are. */
  Optional<String> unknownField(Set<String> names) {
    ObjectNode asked = mapper.createObjectNode();
    names.forEach(asked::putNull);
    try {
      mapper.treeToValue(asked, SamplingOverrides.class);
      return Optional.empty();
    } catch (UnrecognizedPropertyException e) {
      return Optional.of(
          "'%s' is no sampling field; there are %s"
              .formatted(e.getPropertyName(), e.getKnownPropertyIds()));
    }
  }

  /** The sampling values of a checkpoint's generation_config; what it has else is left out. */
  SamplingOverrides generationConfig(Map<String, Object> values) {
    ObjectNode known = mapper.createObjectNode();
    for (String name :
        Set.of(
            "temperature",
            "top_k",
            "top_p",
            "min_p",
            "typical_p",
            "epsilon_cutoff",
            "repetition_penalty")) {
      if (values.get(name) instanceof Number number) {
        known.set(name, mapper.valueToTree(number));
      }
    }
    return mapper
        .readerFor(SamplingOverrides.class)
        .without(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        .with(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
        .readValue(known);
  }
}
