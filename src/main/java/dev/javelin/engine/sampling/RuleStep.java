package dev.javelin.engine.sampling;

import dev.javelin.engine.request.TokenRule;

/** Masks what a rule does not allow next. */
final class RuleStep implements LogitsStep {
  private final TokenRule.Cursor cursor;
  private final int vocabSize;

  RuleStep(TokenRule rule, int vocabSize) {
    cursor = rule.begin(vocabSize);
    this.vocabSize = vocabSize;
  }

  @Override
  public void apply(float[] logits, int offset) {
    long[] allowed = cursor.allowed();
    if (allowed != null) {
      TokenBits.mask(allowed, logits, offset, vocabSize);
    }
  }

  @Override
  public int forced() {
    return cursor.forced();
  }

  @Override
  public void accept(int token) {
    cursor.accept(token);
  }
}
