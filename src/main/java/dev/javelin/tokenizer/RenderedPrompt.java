package dev.javelin.tokenizer;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A chat rendered by a template, still knowing who wrote each part. */
public record RenderedPrompt(List<Segment> segments) {
  /**
   * @param trusted written by the template; false: it came from a message, a tool or an argument
   */
  public record Segment(String text, boolean trusted) {}

  public RenderedPrompt {
    segments = List.copyOf(segments);
  }

  /**
   * Everything to the end of the last place where somebody else than the template wrote {@code
   * content}; null if there is none.
   */
  public @Nullable RenderedPrompt upToMessage(String content) {
    for (int i = segments.size() - 1; i >= 0; i--) {
      Segment segment = segments.get(i);
      int at = segment.trusted() ? -1 : segment.text().lastIndexOf(content);
      if (at >= 0) {
        List<Segment> kept = new ArrayList<>(segments.subList(0, i));
        kept.add(new Segment(segment.text().substring(0, at + content.length()), false));
        return new RenderedPrompt(kept);
      }
    }
    return null;
  }

  public String text() {
    StringBuilder text = new StringBuilder();
    for (Segment segment : segments) {
      text.append(segment.text());
    }
    return text.toString();
  }
}
