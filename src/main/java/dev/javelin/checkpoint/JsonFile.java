package dev.javelin.checkpoint;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Strict JSON: UTF-8, no key twice, nothing behind the value. */
final class JsonFile {
  /** No JSON file beside the weights is near this; a larger one is a mistake. */
  private static final long MAX_BYTES = 256L << 20;

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private JsonFile() {}

  /** Parses an object. */
  static JsonNode object(Path file, String where, byte[] utf8) {
    JsonNode node;
    try {
      node = JSON.readTree(MappedFile.utf8(utf8));
    } catch (CharacterCodingException e) {
      throw new CheckpointException(file, where, "is not UTF-8", e);
    } catch (JacksonException e) {
      throw new CheckpointException(file, where, "is not JSON: " + e.getOriginalMessage(), e);
    }
    if (!node.isObject()) {
      throw new CheckpointException(file, where, "is no JSON object");
    }
    return node;
  }

  static JsonNode object(Path file) {
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new CheckpointException(file, "file", "is larger than " + MAX_BYTES + " bytes");
      }
      return object(file, "file", Files.readAllBytes(file));
    } catch (IOException e) {
      throw new CheckpointException(file, "file", "cannot be read: " + e.getMessage(), e);
    }
  }

  static Map<String, Object> map(Path file) {
    return JSON.convertValue(object(file), new TypeReference<Map<String, Object>>() {});
  }

  /** As {@link #map}; empty if there is no such file. */
  static Map<String, Object> mapIfThere(Path file) {
    return Files.isRegularFile(file) ? map(file) : Map.of();
  }
}
