package dev.javelin.service;

import java.util.List;

/**
 * A request for answers: {@code n} to each prompt, numbered prompt by prompt.
 *
 * @param id unique; the sequences' engine ids derive from it
 * @param model the served name
 */
public record GenerationCall(
    String id, String model, List<Prompt> prompts, int n, SamplingOverrides sampling) {
  public GenerationCall {
    prompts = List.copyOf(prompts);
  }

  public int sequences() {
    return prompts.size() * n;
  }
}
