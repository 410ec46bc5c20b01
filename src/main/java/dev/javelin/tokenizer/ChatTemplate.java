package dev.javelin.tokenizer;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A compiled chat template. Thread-safe, sandboxed, bounded in steps, output and time. */
public interface ChatTemplate {
  String source();

  /**
   * @param messages each with role, content and whatever else the format knows, as parsed from JSON
   * @param tools null if there are none
   * @param kwargs further variables; they may shadow bos_token and the like
   * @param now what {@code strftime_now} sees
   * @throws ChatTemplateException what the template raised, or why it cannot be rendered
   */
  RenderedPrompt render(
      List<Map<String, Object>> messages,
      @Nullable List<Map<String, Object>> tools,
      boolean addGenerationPrompt,
      Map<String, Object> kwargs,
      Instant now);
}
