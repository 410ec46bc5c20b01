package dev.javelin.engine.sampling;

import dev.javelin.engine.request.SamplingParams;
import java.util.ArrayList;
import java.util.List;

/**
 * The steps a sequence's parameters ask for, in the order they run:
 *
 * <ol>
 *   <li>{@link RuleStep}: tokens its rule, a grammar for example, does not allow now
 *   <li>{@link AllowedTokensStep}: all but {@code allowedTokenIds}
 *   <li>{@link BadWordsStep}
 *   <li>{@link EndTokensStep}: end tokens before {@code minTokens}
 *   <li>{@link LogitBiasStep}
 *   <li>{@link PenaltiesStep}: repetition, frequency, presence
 *   <li>{@link DryStep}
 * </ol>
 *
 * This is vLLM's order, and llama.cpp's for the last. A new way to limit tokens goes first, as a
 * {@link dev.javelin.engine.request.TokenRule}; it needs no step of its own.
 */
final class LogitsSteps {
  private LogitsSteps() {}

  static LogitsStep[] of(SamplingParams params, History history, int[] endTokenIds, int vocabSize) {
    List<LogitsStep> steps = new ArrayList<>();
    if (params.rule() != null) {
      steps.add(new RuleStep(params.rule(), vocabSize));
    }
    if (params.allowedTokenIds() != null) {
      steps.add(new AllowedTokensStep(params.allowedTokenIds(), vocabSize));
    }
    if (!params.badWords().isEmpty()) {
      steps.add(new BadWordsStep(params.badWords(), history));
    }
    if (params.minTokens() > 0) {
      steps.add(new EndTokensStep(params.minTokens(), endTokenIds, vocabSize));
    }
    if (!params.logitBias().isEmpty()) {
      steps.add(new LogitBiasStep(params.logitBias()));
    }
    if (PenaltiesStep.needed(params.penalties())) {
      steps.add(new PenaltiesStep(params.penalties(), history));
    }
    if (params.penalties().dry().active()) {
      steps.add(new DryStep(params.penalties().dry(), history));
    }
    return steps.toArray(LogitsStep[]::new);
  }
}
