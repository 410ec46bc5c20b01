package dev.javelin.engine.runner;

import dev.javelin.engine.request.TokenLogprobs;
import dev.javelin.engine.sampling.Sampler;
import dev.javelin.engine.sampling.SamplerState;
import dev.javelin.engine.scheduler.SchedulerOutput.ScheduledSequence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Gathers what a step gives, row by row of its logits. */
final class StepResult {
  private final Sampler sampler;
  private final int[] tokens;

  /** [sequences] once one asks for logprobs. */
  private @Nullable TokenLogprobs[] sampled = {};

  private List<List<TokenLogprobs>> prompts = List.of();

  /** [sequences] once one has some. */
  private int[][] forced = {};

  StepResult(Sampler sampler, int numSequences) {
    this.sampler = sampler;
    tokens = new int[numSequences];
    Arrays.fill(tokens, ModelRunnerOutput.NONE);
  }

  /** Notes the index of the largest logit as the token of sequence {@code s}. */
  void take(int s, SamplerState state, int best) {
    tokens[s] = valid(state.take(best));
  }

  /** Samples the token of sequence {@code s} from its row, unless its prompt had bad logits. */
  void sample(int s, SamplerState state, float[] logits, int offset) {
    if (tokens[s] == ModelRunnerOutput.INVALID_LOGITS) {
      return;
    }
    tokens[s] = valid(sampler.sample(logits, offset, state));
    if (tokens[s] >= 0 && state.wantsLogprobs()) {
      needLogprobs();
      sampled[s] = sampler.logprobs(tokens[s], state);
    } else if (tokens[s] >= 0) {
      force(s, state.forcedAfter(tokens[s]));
    }
  }

  private void force(int s, int[] run) {
    if (run.length > 0) {
      if (forced.length == 0) {
        forced = new int[tokens.length][0];
      }
      forced[s] = run;
    }
  }

  /** Scores the next token of the prompt of sequence {@code s}. */
  void score(int s, SamplerState state, ScheduledSequence sequence, float[] logits, int offset) {
    needLogprobs();
    int position = state.firstPromptRow(sequence.firstPosition());
    TokenLogprobs scored =
        sampler.score(logits, offset, sequence.token(position + 1), state.promptTop());
    if (scored == null) {
      tokens[s] = ModelRunnerOutput.INVALID_LOGITS;
    } else {
      prompts.get(s).add(scored);
    }
    state.scoredPrompt(1);
  }

  ModelRunnerOutput output() {
    if (prompts.isEmpty()) {
      return new ModelRunnerOutput(tokens, List.of(), forced);
    }
    List<SequenceLogprobs> logprobs = new ArrayList<>(tokens.length);
    for (int s = 0; s < tokens.length; s++) {
      logprobs.add(new SequenceLogprobs(sampled[s], prompts.get(s)));
    }
    return new ModelRunnerOutput(tokens, logprobs, forced);
  }

  private void needLogprobs() {
    if (prompts.isEmpty()) {
      sampled = new TokenLogprobs[tokens.length];
      prompts = new ArrayList<>(tokens.length);
      for (int s = 0; s < tokens.length; s++) {
        prompts.add(new ArrayList<>());
      }
    }
  }

  private static int valid(int token) {
    return switch (token) {
      case Sampler.INVALID_LOGITS -> ModelRunnerOutput.INVALID_LOGITS;
      case Sampler.NOTHING_ALLOWED -> ModelRunnerOutput.NOTHING_ALLOWED;
      default -> token;
    };
  }
}
