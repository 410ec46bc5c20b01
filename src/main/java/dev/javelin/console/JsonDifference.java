package dev.javelin.console;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What differs between two documents, value by value. */
final class JsonDifference {
  /** Lines that are shown at most; a document of somebody else may be of any size. */
  private static final int MOST = 400;

  /**
   * @param path as in {@code /limits/tokensPerDay}
   * @param was null: there was nothing
   * @param is null: there is nothing any more
   */
  record Line(String path, @Nullable String was, @Nullable String is) {}

  private JsonDifference() {}

  /**
   * @param was null: nothing
   * @param is null: nothing
   */
  static List<Line> between(@Nullable JsonNode was, @Nullable JsonNode is) {
    Map<String, String> before = new TreeMap<>();
    Map<String, String> after = new TreeMap<>();
    flatten("", was, before);
    flatten("", is, after);
    TreeMap<String, String> paths = new TreeMap<>(before);
    paths.putAll(after);
    List<Line> lines = new ArrayList<>();
    for (String path : paths.keySet()) {
      String old = before.get(path);
      String now = after.get(path);
      if (!Objects.equals(old, now) && lines.size() < MOST) {
        lines.add(new Line(path, old, now));
      }
    }
    return lines;
  }

  private static void flatten(String path, @Nullable JsonNode node, Map<String, String> into) {
    if (node == null || node.isNull()) {
      return;
    }
    if (node.isObject()) {
      node.properties()
          .forEach(field -> flatten(path + "/" + field.getKey(), field.getValue(), into));
    } else if (node.isArray()) {
      for (int i = 0; i < node.size(); i++) {
        flatten(path + "/" + i, node.get(i), into);
      }
    } else {
      into.put(path.isEmpty() ? "/" : path, node.isString() ? node.stringValue() : node.toString());
    }
  }
}
