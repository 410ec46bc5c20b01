package dev.javelin.tokenizer;

import java.util.List;

/** A chat rendered by a template, still knowing who wrote each part. */
public record RenderedPrompt(List<Segment> segments) {
  /**
   * @param trusted written by the template; false: it came from a message, a tool or an argument
   */
  public record Segment(String text, boolean trusted) {}

  public RenderedPrompt {
    segments = List.copyOf(segments);
  }

  public String text() {
    StringBuilder text = new StringBuilder();
    for (Segment segment : segments) {
      text.append(segment.text());
    }
    return text.toString();
  }
}
