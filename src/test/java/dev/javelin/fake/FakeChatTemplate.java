package dev.javelin.fake;

import dev.javelin.tokenizer.ChatTemplate;
import dev.javelin.tokenizer.ChatTemplateException;
import dev.javelin.tokenizer.RenderedPrompt;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes "role: content" lines; refuses a chat that begins with the assistant. */
public final class FakeChatTemplate implements ChatTemplate {
  @Override
  public String source() {
    return "fake";
  }

  @Override
  public RenderedPrompt render(
      List<Map<String, Object>> messages,
      @Nullable List<Map<String, Object>> tools,
      boolean addGenerationPrompt,
      Map<String, Object> kwargs,
      Instant now) {
    List<RenderedPrompt.Segment> out = new ArrayList<>();
    if (String.valueOf(messages.getFirst().get("role")).equals("assistant")) {
      throw new ChatTemplateException("a chat begins with the user");
    }
    for (Map<String, Object> message : messages) {
      out.add(new RenderedPrompt.Segment(message.get("role") + ": ", true));
      out.add(new RenderedPrompt.Segment(String.valueOf(message.get("content")), false));
      out.add(new RenderedPrompt.Segment("\n", true));
    }
    if (addGenerationPrompt) {
      out.add(new RenderedPrompt.Segment("assistant: ", true));
    }
    return new RenderedPrompt(out);
  }
}
