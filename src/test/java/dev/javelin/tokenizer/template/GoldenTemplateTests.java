package dev.javelin.tokenizer.template;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.Shared;
import dev.javelin.tokenizer.ChatTemplateException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Published chat templates against what transformers renders with them. */
class GoldenTemplateTests {
  private static final Instant NOW = Instant.parse("2024-07-26T12:00:00Z");
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};
  private static final String RAISED = "TemplateError: ";

  @Test
  void everyTemplateRendersEveryConversationAsTransformersDoes() throws IOException {
    Path folder = Shared.require("goldens/templates");
    Map<String, Map<String, Object>> conversations = new HashMap<>();
    for (Map<String, Object> row : rows(folder.resolve("conversations.jsonl"))) {
      conversations.put((String) row.get("id"), row);
    }
    Map<String, Object> tokens =
        JSON.readValue(Files.readString(folder.resolve("tokens.json")), OBJECT);
    Map<String, JinjaTemplate> templates = new HashMap<>();
    List<String> failures = new ArrayList<>();
    List<Map<String, Object>> rows = rows(folder.resolve("rendered.jsonl"));
    for (Map<String, Object> row : rows) {
      String file = (String) row.get("template_file");
      JinjaTemplate template = templates.get(file);
      if (template == null) {
        template = compile(folder.resolve("files").resolve(file), tokens.get(file));
        templates.put(file, template);
      }
      compare(template, conversations.get((String) row.get("id")), row, failures);
    }
    assertThat(rows).isNotEmpty();
    assertThat(failures).as("of %d renderings", rows.size()).isEmpty();
  }

  private static void compare(
      JinjaTemplate template,
      Map<String, Object> conversation,
      Map<String, Object> row,
      List<String> failures) {
    String name = row.get("template_file") + " " + row.get("id") + ": ";
    String error = (String) row.get("error");
    Object expected = row.getOrDefault("rendered_without_reasoning_alias", row.get("rendered"));
    try {
      String text = render(template, conversation);
      if (error != null) {
        failures.add(name + "no error, expected " + error);
      } else if (!text.equals(expected)) {
        failures.add(name + "\n--- expected\n" + expected + "\n--- rendered\n" + text);
      }
    } catch (ChatTemplateException failure) {
      if (error == null) {
        failures.add(name + failure.getMessage());
      } else if (error.startsWith(RAISED)
          && !failure.getMessage().contains(error.substring(RAISED.length()))) {
        failures.add(name + "said " + failure.getMessage() + ", expected " + error);
      }
    }
  }

  @SuppressWarnings("unchecked") // the shape of the golden file
  private static String render(JinjaTemplate template, Map<String, Object> conversation) {
    Map<String, Object> kwargs = new HashMap<>((Map<String, Object>) conversation.get("kwargs"));
    boolean generate = (Boolean) kwargs.remove("add_generation_prompt");
    return template
        .render(
            (List<Map<String, Object>>) conversation.get("messages"),
            (List<Map<String, Object>>) conversation.get("tools"),
            generate,
            kwargs,
            NOW)
        .text();
  }

  private static JinjaTemplate compile(Path file, Object tokens) throws IOException {
    Map<?, ?> special = (Map<?, ?>) tokens;
    return JinjaTemplate.compile(
        Files.readString(file, StandardCharsets.UTF_8),
        (String) special.get("bos_token"),
        (String) special.get("eos_token"));
  }

  private static List<Map<String, Object>> rows(Path file) throws IOException {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
      rows.add(JSON.readValue(line, OBJECT));
    }
    return rows;
  }
}
