package dev.javelin.engine.sampling;

import dev.javelin.backend.TokenDraws;
import dev.javelin.engine.request.Mirostat;
import dev.javelin.engine.request.SamplingParams;
import dev.javelin.engine.request.Truncation;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What sampling remembers of one sequence: its parameters, its own random numbers and the steps
 * that follow its tokens. A sequence thus gets the same tokens whatever runs beside it, and after a
 * preemption.
 */
public final class SamplerState {
  final SamplingParams params;
  final Draws draws;
  final History history;
  final LogitsStep[] logitsSteps;

  /** Most tokens that one sampled token may force: as many again can follow in the next step. */
  static final int MAX_FORCED = 64;

  private static final int[] NONE = {};

  private final int promptLength;
  private final int[] endTokenIds;

  /** Positions whose predictions of the prompt's next token were given, from the first on. */
  private int promptScored;

  /** Most surprise in bits that Mirostat lets through now. */
  double mirostatMu;

  /**
   * @param promptTokenIds what the repetition penalty counts beside the answer
   * @param endTokenIds sorted; masked until {@code minTokens} are sampled
   * @param vocabSize logits of a row
   */
  public SamplerState(
      SamplingParams params, int[] promptTokenIds, int[] endTokenIds, int vocabSize) {
    this.params = params;
    draws = new Draws(params.seed().orElseGet(() -> ThreadLocalRandom.current().nextLong()));
    history = new History(promptTokenIds);
    promptLength = promptTokenIds.length;
    this.endTokenIds = endTokenIds;
    logitsSteps = LogitsSteps.of(params, history, endTokenIds, vocabSize);
    Mirostat mirostat = params.mirostat();
    mirostatMu = mirostat == null ? 0 : 2 * mirostat.tau();
  }

  /**
   * How many positions of a run of tokens predict tokens of the prompt whose logprobs are wanted
   * and were not given yet, for example before a preemption. The first of them is {@link
   * #firstPromptRow}.
   *
   * @param first position of the run's first token
   * @param end position after its last
   */
  public int promptRows(int first, int end) {
    if (params.promptLogprobs() < 0) {
      return 0;
    }
    return Math.max(0, Math.min(end, promptLength - 1) - firstPromptRow(first));
  }

  /** The first such position of a run that begins at {@code first}. */
  public int firstPromptRow(int first) {
    return Math.max(first, promptScored);
  }

  /** Notes that the logprobs of the next {@code rows} tokens of the prompt were given. */
  public void scoredPrompt(int rows) {
    promptScored += rows;
  }

  public boolean wantsLogprobs() {
    return params.logprobs() >= 0;
  }

  /** How many of the likeliest tokens to name beside each token of the prompt. */
  public int promptTop() {
    return params.promptLogprobs();
  }

  /** Whether the largest logit, as the model gave it, is the next token. */
  public boolean takesTheBest() {
    return params.greedy() && leavesLogits();
  }

  /** Whether {@link TokenDraws} can say how the next token is chosen. */
  public boolean draws() {
    Truncation truncation = params.truncation();
    return params.mirostat() == null
        && truncation.typicalP() == 1f
        && truncation.topNSigma() <= 0f
        && truncation.epsilonCutoff() == 0f
        && truncation.xtc().probability() == 0f
        && leavesLogits();
  }

  /**
   * Says how token number {@code index} of the answer is drawn.
   *
   * @param row of {@code draws}
   */
  public void draw(TokenDraws draws, int row, int index) {
    draws.temperature[row] = params.greedy() ? 0 : params.temperature();
    draws.minP[row] = params.truncation().minP();
    draws.topP[row] = params.truncation().topP();
    draws.topK[row] = params.truncation().topK();
    draws.uniform[row] = this.draws.token(index);
  }

  /** Whether nothing changes the next token's logits or asks for them. */
  private boolean leavesLogits() {
    if (params.logprobs() >= 0) {
      return false;
    }
    for (LogitsStep step : logitsSteps) {
      if (!step.idle()) {
        return false;
      }
    }
    return true;
  }

  /**
   * Counts a token that was chosen elsewhere, such as the index of the largest logit.
   *
   * @return the token, {@link Sampler#INVALID_LOGITS} if there was none
   */
  public int take(int best) {
    if (best < 0) {
      return Sampler.INVALID_LOGITS;
    }
    append(best);
    return best;
  }

  /** The token that a rule leaves no other than, -1 if there is a choice or more steps to ask. */
  int forced() {
    return params.rule() != null
            && params.allowedTokenIds() == null
            && params.badWords().isEmpty()
            && params.minTokens() == 0
            && !params.allowedOnly()
        ? logitsSteps[0].forced()
        : -1;
  }

  /** Counts a token that could only be this one, as if it had been drawn. */
  int takeForced(int token) {
    Mirostat mirostat = params.mirostat();
    if (mirostat != null && !params.greedy()) {
      // The only candidate surprises nobody.
      mirostatMu += mirostat.eta() * mirostat.tau();
    }
    append(token);
    return token;
  }

  /**
   * The tokens that can only follow {@code token}, which was just counted, as far as that is known
   * already; they are counted too. None where each token's logits are wanted for its logprobs.
   */
  public int[] forcedAfter(int token) {
    if (params.rule() == null || wantsLogprobs() || ends(token)) {
      return NONE;
    }
    int room = Math.min(MAX_FORCED, params.maxTokens() - history.numOutput());
    int[] run = NONE;
    int count = 0;
    int next;
    while (count < room && (next = forced()) >= 0) {
      if (count == run.length) {
        run = Arrays.copyOf(run, Math.max(8, 2 * count));
      }
      run[count++] = takeForced(next);
      if (ends(next)) {
        break;
      }
    }
    return count == run.length ? run : Arrays.copyOf(run, count);
  }

  private boolean ends(int token) {
    return Arrays.binarySearch(endTokenIds, token) >= 0;
  }

  /** Counts a token of the answer. */
  public void append(int token) {
    history.append(token);
    for (LogitsStep step : logitsSteps) {
      step.accept(token);
    }
  }
}
