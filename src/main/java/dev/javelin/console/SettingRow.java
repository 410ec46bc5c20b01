package dev.javelin.console;

import dev.javelin.service.LoadSettings;
import dev.javelin.service.ProfileDocuments;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One load setting before and after; its name is {@code setting.<name>}.
 *
 * @param before null: the server chooses
 * @param after null: not known, or the server chooses
 */
record SettingRow(String name, @Nullable String before, @Nullable String after) {
  /** Whether what was asked for is not what came of it. */
  public boolean differs() {
    return before != null && after != null && !before.equals(after);
  }

  /** Whether the two say anything different, a choice left to the server included. */
  public boolean changes() {
    return before == null ? after != null : !before.equals(after);
  }

  static List<SettingRow> of(
      LoadSettings before, @Nullable LoadSettings after, ProfileDocuments documents, Show show) {
    JsonNode from = documents.tree(documents.write(before));
    JsonNode to = documents.tree(documents.write(after == null ? LoadSettings.NONE : after));
    TreeSet<String> names = new TreeSet<>(from.propertyNames());
    names.addAll(to.propertyNames());
    List<SettingRow> rows = new ArrayList<>();
    for (String name : names) {
      rows.add(new SettingRow(name, text(name, from, show), text(name, to, show)));
    }
    return rows;
  }

  private static @Nullable String text(String name, JsonNode settings, Show show) {
    JsonNode value = settings.get(name);
    if (value == null || value.isNull()) {
      return null;
    }
    if (name.endsWith("Bytes")) {
      return show.bytes(value.asLong());
    }
    return value.isNumber() ? show.count(value.asLong()) : value.asString();
  }
}
