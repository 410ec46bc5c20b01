package dev.javelin.engine.beam;

import dev.javelin.engine.request.TokenLogprobs;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One answer so far: a token behind another answer, which several may share.
 *
 * @param before null where {@code last} is the first token
 * @param last null where there is no token yet
 * @param logprob of all tokens together
 * @param length tokens of the answer
 */
record Beam(@Nullable Beam before, @Nullable TokenLogprobs last, double logprob, int length) {
  static final Beam EMPTY = new Beam(null, null, 0, 0);

  Beam with(TokenLogprobs token) {
    return new Beam(this, token, logprob + token.logprob(), length + 1);
  }

  /** A copy of {@code prompt} with the tokens of this answer behind it. */
  int[] behind(int[] prompt) {
    int[] all = new int[prompt.length + length];
    System.arraycopy(prompt, 0, all, 0, prompt.length);
    int at = all.length;
    for (Beam beam = this; beam != null && beam.last != null; beam = beam.before) {
      all[--at] = beam.last.tokenId();
    }
    return all;
  }

  List<TokenLogprobs> tokens() {
    List<TokenLogprobs> tokens = new ArrayList<>(length);
    for (Beam beam = this; beam != null && beam.last != null; beam = beam.before) {
      tokens.add(beam.last);
    }
    Collections.reverse(tokens);
    return tokens;
  }
}
