package dev.javelin.api.openai;

import dev.javelin.engine.request.Usage;

/** Adds up the usage of a call's sequences; answers to the same prompt count it once. */
final class UsageTotal {
  private final int answersPerPrompt;
  private int prompt;
  private int completion;
  private int cached;

  UsageTotal(int answersPerPrompt) {
    this.answersPerPrompt = answersPerPrompt;
  }

  void add(int index, Usage usage) {
    completion += usage.completionTokens();
    if (index % answersPerPrompt == 0) {
      prompt += usage.promptTokens();
      cached += usage.cachedTokens();
    }
  }

  Usage total() {
    return new Usage(prompt, completion, cached);
  }
}
