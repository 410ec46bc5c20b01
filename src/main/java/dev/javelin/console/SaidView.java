package dev.javelin.console;

import dev.javelin.service.KeptCalls.Answer;
import dev.javelin.service.KeptCalls.Said;
import dev.javelin.service.Prompt;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * What was said in a call.
 *
 * @param state {@code kept}, or why nothing is shown: {@code never}, {@code gone}, {@code others}
 * @param exchanges one for each prompt; empty unless kept
 */
record SaidView(String state, List<Exchange> exchanges) {
  /** A prompt and what was answered to it. */
  record Exchange(List<Turn> prompt, List<Answer> answers) {}

  /**
   * A message as it was sent.
   *
   * @param role as the request wrote it; empty for a plain prompt
   */
  record Turn(String role, String text) {}

  static SaidView of(Said said, JsonMapper mapper) {
    return switch (said) {
      case Said.Never _ -> new SaidView("never", List.of());
      case Said.Gone _ -> new SaidView("gone", List.of());
      case Said.Others _ -> new SaidView("others", List.of());
      case Said.Kept kept -> new SaidView("kept", exchanges(kept, mapper));
    };
  }

  private static List<Exchange> exchanges(Said.Kept kept, JsonMapper mapper) {
    List<Exchange> exchanges = new ArrayList<>();
    for (int prompt = 0; prompt < kept.prompts().size(); prompt++) {
      int first = prompt * kept.n();
      exchanges.add(
          new Exchange(
              turns(kept.prompts().get(prompt), mapper),
              kept.answers().subList(first, first + kept.n())));
    }
    return exchanges;
  }

  private static List<Turn> turns(Prompt prompt, JsonMapper mapper) {
    return switch (prompt) {
      case Prompt.Chat chat ->
          chat.messages().stream().map(message -> turn(message, mapper)).toList();
      case Prompt.Text text -> List.of(new Turn("", text.text()));
      case Prompt.Tokens tokens ->
          List.of(
              new Turn(
                  "", tokens.ids().stream().map(String::valueOf).collect(Collectors.joining(" "))));
    };
  }

  /** Its text; whatever else it has, such as the calls of tools, follows as JSON. */
  private static Turn turn(Map<String, Object> message, JsonMapper mapper) {
    StringBuilder text = new StringBuilder(text(message.get("content"), mapper));
    message.forEach(
        (name, value) -> {
          if (!name.equals("role") && !name.equals("content")) {
            text.append(text.isEmpty() ? "" : "\n")
                .append(name)
                .append(": ")
                .append(mapper.writeValueAsString(value));
          }
        });
    return new Turn(String.valueOf(message.getOrDefault("role", "")), text.toString());
  }

  private static String text(@Nullable Object content, JsonMapper mapper) {
    return switch (content) {
      case null -> "";
      case String text -> text;
      case List<?> parts ->
          parts.stream().map(part -> part(part, mapper)).collect(Collectors.joining("\n"));
      default -> mapper.writeValueAsString(content);
    };
  }

  private static String part(Object part, JsonMapper mapper) {
    return part instanceof Map<?, ?> known && known.get("text") instanceof String text
        ? text
        : mapper.writeValueAsString(part);
  }
}
